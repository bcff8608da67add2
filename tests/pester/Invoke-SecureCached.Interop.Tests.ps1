#Requires -Version 7.4
# The entries that other languages share; tests/interop has Python's side of them.
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSReviewUnusedParameter', '', Justification = 'The parameters of these blocks matter, not what the blocks do.')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSUseLiteralInitializerForHashtable', '', Justification = 'Its names differ by case alone.')]
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.InvokeSecureCachedCommand'
    $key = 'ab' * 32

    # What a value is after it has been stored: from the second call on, the block does not run.
    function Get-Stored([scriptblock] $Block, [hashtable] $More = @{}) {
        $operation = 'v' + [guid]::NewGuid().ToString('N')
        $null = Invoke-SecureCached @common -Interop $operation @More $Block
        Invoke-SecureCached @common -Interop $operation @More { throw 'not stored' }
    }
}

Describe 'Invoke-SecureCached -Interop' {
    BeforeEach {
        $table = @{}
        $lives = @{}
        Register-TableBackend -Name Interop -Table $table -Life $lives
        $session = New-CacheKitSession -Backend Interop -MasterKey $key
        $common = @{ Session = $session; Namespace = 'users'; ErrorAction = 'Stop' }
    }

    AfterEach {
        $session.Dispose()
        Unregister-CacheKitBackend Interop
    }

    It 'Interop: stores the result under the key that other languages compute' {
        $value = Invoke-SecureCached @common -Interop get_user -ArgumentList 42 { 'alice' }
        $value | Should -Be 'alice'
        @($table.Keys) | Should -Be 'users:get_user:61598716255080080f6456eb065c2e51badfaa4320b0efe97469c29cffee8875'
        # Nonce, the text in six bytes, tag.
        $table.Values.Length | Should -Be (12 + 6 + 16)
        Invoke-SecureCached @common -Interop get_user -ArgumentList 42 { 'bob' } | Should -Be 'alice'
        Invoke-SecureCached @common -Interop get_user -ArgumentList 43 { 'bob' } | Should -Be 'bob'
    }

    It 'Interop: notices at once that another session replaced or removed the entry' {
        $null = Invoke-SecureCached @common -Interop one { 'first' }
        $other = New-CacheKitSession -Backend Interop -MasterKey $key
        Set-CacheKitItem -Session $other -Namespace users -Interop one 'second'
        Invoke-SecureCached @common -Interop one { 'third' } | Should -Be 'second'
        Remove-CacheKitItem -Session $other -Namespace users -Interop one
        Invoke-SecureCached @common -Interop one { 'third' } | Should -Be 'third'
        $other.Dispose()
    }

    It 'Interop: binds arguments to the parameters of the block: <Name>' -ForEach @(
        @{ Name = 'as they are'; List = 1, 'a'; Block = { param($Id, $Name) }; Same = 1, 'a' }
        @{ Name = 'a default'; List = @(1); Block = { param($Id, $Full = $true) }; Same = 1, $true }
        @{
            Name  = 'a default that is not needed'
            List  = 1, $false
            Block = { param($Id, $Full = $true) }
            Same  = 1, $false
        }
        @{ Name = 'a default of another type'; List = @(); Block = { param([int] $Id = '7') }; Same = @(7) }
        @{ Name = 'an array as a default'; List = @(); Block = { param($Ids = @(1, 2)) }; Same = , @(1, 2) }
        @{ Name = 'null as a default'; List = @(); Block = { param($Id = $null) }; Same = @($null) }
        @{ Name = 'a declared type'; List = @('42'); Block = { param([int] $Id) }; Same = @(42) }
        @{ Name = 'text for a number'; List = @(42); Block = { param([string] $Id) }; Same = @('42') }
        @{ Name = 'a number for a bool'; List = 0, 2.5; Block = { param([bool] $A, [bool] $B) }; Same = $false, $true }
        @{ Name = 'null for a bool or none'; List = @($null); Block = { param([Nullable[bool]] $A) }; Same = @($null) }
        @{ Name = 'bools'; List = , @($true, 0); Block = { param([bool[]] $A) }; Same = , @($true, $false) }
        @{ Name = 'a switch'; List = @(1); Block = { param([switch] $Full, $Id) }; Same = $false, 1 }
        @{
            Name  = 'the rest'
            List  = 1, 2, 3
            Block = { param($Id, [Parameter(ValueFromRemainingArguments)] $More) }
            Same  = 1, @(2, 3)
        }
        @{
            Name  = 'no rest'
            List  = @(1)
            Block = { param($Id, [Parameter(ValueFromRemainingArguments = $true)] [int[]] $More) }
            Same  = 1, @()
        }
        @{
            Name  = 'one array as the rest'
            List  = 1, @('2', 3)
            Block = { param($Id, [Parameter(ValueFromRemainingArguments)] [int[]] $More) }
            Same  = 1, @(2, 3)
        }
        @{
            Name  = 'the rest, declared first'
            List  = 1, 2, 3
            Block = { param([Parameter(ValueFromRemainingArguments)] $More, $Id) }
            Same  = @(2, 3), 1
        }
        @{ Name = 'a block without any'; List = 1, 'a'; Block = { $args }; Same = 1, 'a' }
    ) {
        $bound = Get-CacheKitKey -Session $session -Namespace users -Interop op -ArgumentList $List $Block
        $flat = Get-CacheKitKey -Session $session -Namespace users -Interop op -ArgumentList $Same
        $bound.Key | Should -Be $flat.Key
        $null = Invoke-SecureCached @common -Interop op -ArgumentList $List $Block
        @($table.Keys) | Should -Be $flat.Key
    }

    It 'Interop: refuses arguments that do not bind: <Name>' -ForEach @(
        @{
            Name  = 'missing'
            List  = @()
            Block = { param($Id) }
            Id    = 'InteropArgumentMissing'
            Text  = 'no argument for \$Id'
        }
        @{
            Name  = 'a default that is computed'
            List  = @()
            Block = { param($When = (Get-Date)) }
            Id    = 'InteropArgumentMissing'
            Text  = 'known only when the block runs'
        }
        @{
            Name  = 'too many'
            List  = 1, 2
            Block = { param($Id) }
            Id    = 'InteropArgumentInvalid'
            Text  = 'arguments is 2, and the block takes 1'
        }
        @{
            Name  = 'of another type'
            List  = @('x')
            Block = { param([int] $Id) }
            Id    = 'InteropArgumentInvalid'
            Text  = 'Int32'
        }
        # Text is true to a cast, and nothing that PowerShell would give the block.
        @{
            Name  = 'text for a bool'
            List  = @('False')
            Block = { param([bool] $On) }
            Id    = 'InteropArgumentInvalid'
            Text  = 'Boolean'
        }
        @{
            Name  = 'null for a bool'
            List  = @($null)
            Block = { param([bool] $On) }
            Id    = 'InteropArgumentInvalid'
            Text  = 'Boolean'
        }
        @{
            Name  = 'text among bools'
            List  = , @($true, 'False')
            Block = { [CmdletBinding()] param([bool[]] $On) }
            Id    = 'InteropArgumentInvalid'
            Text  = 'Boolean'
        }
        @{
            Name  = 'text for a bool as a default'
            List  = @()
            Block = { param([bool] $On = 'no') }
            Id    = 'InteropArgumentInvalid'
            Text  = 'Boolean'
        }
        @{
            Name  = 'in other positions'
            List  = @(1)
            Block = { param([Parameter(Position = 1)] $One, [Parameter(Position = 0)] $Two) }
            Id    = 'InteropArgumentInvalid'
            Text  = 'positions'
        }
        @{ Name = 'null'; List = $null; Block = { 1 }; Id = 'InteropArgumentInvalid'; Text = 'may mean no argument' }
    ) {
        $problem = { Invoke-SecureCached @common -Interop op -ArgumentList $List $Block } |
            Should -Throw -ErrorId "$Id,$commandType" -PassThru
        "$problem" | Should -Match $Text
        $table.Count | Should -Be 0
    }

    It 'Pipeline: makes each input object the argument' {
        $values = 1..3 | Invoke-SecureCached @common -Interop double { 2 * $_ }
        $values | Should -Be 2, 4, 6
        1..3 | Invoke-SecureCached @common -Interop double { throw 'again' } | Should -Be 2, 4, 6
        Invoke-SecureCached @common -Interop double -ArgumentList 2 { throw 'again' } | Should -Be 4
        5 | Invoke-SecureCached @common -Interop first { param($Id) "$Id" } | Should -Be '5'
        5 | Invoke-SecureCached @common -Interop piped {
            param([Parameter(ValueFromPipeline)] $Id, $Full = $false)
            process { "$Id $Full" }
        } | Should -Be '5 False'
        Invoke-SecureCached @common -Interop piped -ArgumentList 5, $false { throw 'again' } | Should -Be '5 False'
        { 1 | Invoke-SecureCached @common -Interop op -ArgumentList 1 { 1 } } |
            Should -Throw -ErrorId "ParameterConflict,$commandType"
    }

    It 'Interop: returns as many objects from the cache as from the block: <Name>' -ForEach @(
        @{ Name = 'nothing'; Block = { }; Count = 0 }
        @{ Name = 'one'; Block = { 'one' }; Count = 1 }
        @{ Name = 'several'; Block = { 'one', 2, $true }; Count = 3 }
        @{ Name = 'null among others'; Block = { 1, $null }; Count = 2 }
    ) {
        @(Invoke-SecureCached @common -Interop op $Block) | Should -HaveCount $Count
        @(Invoke-SecureCached @common -Interop op { throw 'not stored' }) | Should -HaveCount $Count
    }

    It 'Interop: returns a value with its type: <Name>' -ForEach @(
        @{ Name = 'text'; Block = { "Zo`u{eb} $([char]::ConvertFromUtf32(0x1F511))" } }
        @{ Name = 'int'; Block = { -33 } }
        @{ Name = 'long'; Block = { [long]::MinValue } }
        @{ Name = 'ulong'; Block = { [ulong]::MaxValue } }
        @{ Name = 'double'; Block = { 2.0 } }
        @{ Name = 'bool'; Block = { $false } }
        @{ Name = 'date'; Block = { [DateOnly]::new(1969, 12, 31) } }
        @{ Name = 'time of day'; Block = { [TimeOnly]::new(1, 2, 3, 4) } }
        @{ Name = 'time with an offset'; Block = { [datetimeoffset]::new(2024, 1, 1, 12, 0, 0, 7, '05:30:00') } }
        @{ Name = 'time without one'; Block = { [datetime]::new(2024, 1, 1, 12, 0, 0) } }
    ) {
        $expected = & $Block
        $value = Get-Stored $Block
        $value | Should -BeExactly $expected
        $value.GetType() | Should -Be $expected.GetType()
    }

    It 'Interop: returns one form for values that other languages do not distinguish' {
        Get-Stored { [datetime]::new(2024, 1, 1, 12, 0, 0, [DateTimeKind]::Utc) } |
            Should -Be ([datetimeoffset]::new(2024, 1, 1, 12, 0, 0, 0))
        Get-Stored { [DayOfWeek]::Friday } | Should -Be 5
        Get-Stored { [float] 0.5 } | Should -BeOfType double
        Get-Stored { [bigint] 7 } | Should -BeOfType int
        (Get-Stored { [pscustomobject] @{ bytes = [byte[]] (1, 2, 3) } }).bytes.GetType() | Should -Be ([byte[]])
        Get-Stored { [Collections.Generic.List[int]] (1, 2) } | Should -Be 1, 2
        (Get-Stored { [pscustomobject] @{ set = [switch] $true } }).set | Should -BeTrue
    }

    It 'Interop: returns maps as objects or as hashtables' {
        $object = Get-Stored { [pscustomobject] @{ name = 'alice'; inner = @{ a = 1 }; age = 30 } }
        @($object.PSObject.Properties.Name) | Should -Be 'age', 'inner', 'name'
        $object.inner.a | Should -Be 1
        $table = Get-Stored { [pscustomobject] @{ name = 'alice'; inner = @{ a = 1 } } } @{ AsHashtable = $true }
        $table | Should -BeOfType hashtable
        @($table.Keys) | Should -Be 'inner', 'name'
        $table.inner | Should -BeOfType hashtable
        $cased = Get-Stored {
            $both = [hashtable]::new([StringComparer]::Ordinal)
            $both['a'] = 1
            $both['A'] = 2
            $both[''] = 3
            $both
        }
        $cased | Should -BeOfType hashtable
        $cased['a'], $cased['A'], $cased[''] | Should -Be 1, 2, 3
    }

    It 'Interop: returns but does not store what other languages cannot read: <Name>' -ForEach @(
        @{ Name = 'decimal'; Block = { 1.5d }; Text = 'System.Decimal'; Advice = '\[double\]' }
        @{ Name = 'char'; Block = { [char] 'x' }; Text = 'System.Char'; Advice = 'its text' }
        @{ Name = 'guid'; Block = { [guid]::Empty }; Text = 'System.Guid'; Advice = 'its text' }
        @{ Name = 'time span'; Block = { [timespan] '1' }; Text = 'System.TimeSpan'; Advice = 'its text' }
        @{
            Name   = 'set'
            Block  = { , [Collections.Generic.HashSet[int]]::new() }
            Text   = 'HashSet`1\[System.Int32\],'
            Advice = 'an array'
        }
        @{ Name = 'NaN'; Block = { [double]::NaN }; Text = 'not a number'; Advice = '\$null' }
        @{ Name = 'a large integer'; Block = { [bigint]::Pow(2, 64) }; Text = '2\^64'; Advice = 'its text' }
        @{ Name = 'half a character'; Block = { [string] [char] 0xD800 }; Text = 'surrogate'; Advice = 'Give' }
        @{ Name = 'a file'; Block = { [IO.FileInfo] '/tmp/x' }; Text = 'System.IO.FileInfo'; Advice = 'Select-Object' }
        @{ Name = 'a block'; Block = { [pscustomobject] @{ b = { 1 } } }; Text = 'at \.b'; Advice = 'its text' }
        @{ Name = 'a key that is no text'; Block = { @{ 1 = 2 } }; Text = 'not text'; Advice = 'text' }
        @{
            Name   = 'a secret'
            Block  = { [securestring]::new() }
            Text   = 'SecureString'
            Advice = 'AsPlainText'
        }
    ) {
        $problems = $null
        $common.ErrorAction = 'SilentlyContinue'
        $output = @(Invoke-SecureCached @common -Interop op $Block -ErrorVariable problems)
        $output | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be "ValueTypeUnsupported,$commandType"
        "$($problems[0])" | Should -Match $Text
        $problems[0].ErrorDetails.RecommendedAction | Should -Match $Advice
        $table.Count | Should -Be 0
    }

    It 'Interop: accepts 32 levels in values and arguments, and no more' {
        $deep = 'x'
        foreach ($i in 1..32) { $deep = , $deep }
        $null = Invoke-SecureCached @common -Interop deep -ArgumentList @(, $deep) { param($Value) , $Value }
        $table.Count | Should -Be 1
        $back = @(Invoke-SecureCached @common -Interop deep -ArgumentList @(, $deep) { throw 'not stored' })
        foreach ($i in 1..31) { $back = $back[0] }
        $back | Should -Be 'x'
        $deeper = , $deep
        { Invoke-SecureCached @common -Interop deep -ArgumentList @(, $deeper) { 1 } } |
            Should -Throw -ErrorId "InteropArgumentInvalid,$commandType"
        { Invoke-SecureCached @common -Interop deeper { , $deeper } -WarningAction SilentlyContinue } |
            Should -Throw -ErrorId "ValueTooDeep,$commandType"
        # A time is a map, and no scalar.
        $deep = [datetime]::UtcNow
        foreach ($i in 1..31) { $deep = , $deep }
        $null = Invoke-SecureCached @common -Interop time { , $deep } -WarningAction SilentlyContinue
        $deeper = , $deep
        { Invoke-SecureCached @common -Interop later { , $deeper } -WarningAction SilentlyContinue } |
            Should -Throw -ErrorId "ValueTooDeep,$commandType"
    }

    It 'Interop: refuses an argument that other languages cannot read: <Name>' -ForEach @(
        @{
            Name  = 'decimal'
            Value = 1.5d
            Text  = '-ArgumentList\[0\] cannot be part of an interop key: it is a System.Decimal'
        }
        @{ Name = 'char'; Value = [char] 'x'; Text = 'System.Char' }
        @{ Name = 'inside'; Value = @{ a = @(1, [timespan] '1') }; Text = "\[0\]\['a'\]\[1\]" }
        @{ Name = 'a time of no kind'; Value = [datetime]::new(2024, 1, 1); Text = 'Kind is Unspecified' }
        @{ Name = 'a date'; Value = [DateOnly]::new(2024, 1, 1); Text = 'System.DateOnly' }
        @{ Name = 'NaN'; Value = [double]::NaN; Text = 'not a number, or infinite' }
        @{ Name = 'infinity'; Value = [float]::NegativeInfinity; Text = 'not a number, or infinite' }
        @{ Name = '2^64'; Value = [bigint]::Pow(2, 64); Text = 'outside of' }
        @{ Name = 'half a character'; Value = "a$([char] 0xDC00)"; Text = 'surrogate' }
        @{ Name = 'a name that is none'; Value = @{ "$([char] 0xDC00)" = 1 }; Text = 'surrogate|not well-formed' }
        @{ Name = 'a key that is no text'; Value = @{ 1 = 2 }; Text = 'key that is not text' }
        @{ Name = 'an object'; Value = [IO.FileInfo] '/tmp/x'; Text = 'System.IO.FileInfo' }
    ) {
        $problem = { Invoke-SecureCached @common -Interop op -ArgumentList @(, $Value) { 'ran' } } |
            Should -Throw -ErrorId "InteropArgumentInvalid,$commandType" -PassThru
        "$problem" | Should -Match $Text
        $table.Count | Should -Be 0
    }

    It 'Interop: refuses an object with a property that throws' {
        $object = [pscustomobject] @{ a = 1 }
        $object.PSObject.Properties.Add([psscriptproperty]::new('b', { throw 'not now' }))
        $problem = { Invoke-SecureCached @common -Interop op -ArgumentList $object { 'ran' } } |
            Should -Throw -ErrorId "InteropArgumentInvalid,$commandType" -PassThru
        "$problem" | Should -Match "the property 'b' of an object cannot be computed"
    }

    It 'Interop: refuses an invalid name: <Name>' -ForEach @(
        @{ Name = 'upper case'; Operation = 'Get'; Room = 'users' }
        @{ Name = 'upper case in the namespace'; Operation = 'get'; Room = 'Users' }
        @{ Name = 'a colon'; Operation = 'get:user'; Room = 'users' }
        @{ Name = 'a line end'; Operation = 'get'; Room = "users`n" }
        @{ Name = 'two dots'; Operation = 'a..b'; Room = 'users' }
        @{ Name = 'two dots in the namespace'; Operation = 'get'; Room = 'a..b' }
        @{ Name = 'a dot in front'; Operation = '.get'; Room = 'users' }
        @{ Name = 'blank'; Operation = ''; Room = 'users' }
        @{ Name = 'null'; Operation = $null; Room = 'users' }
        @{ Name = 'no ASCII digit'; Operation = "get$([char] 0x0661)"; Room = 'users' }
        @{ Name = 'too long'; Operation = 'a' * 65; Room = 'users' }
        @{ Name = 'reserved'; Operation = 'get'; Room = 'ns' }
        @{ Name = 'reserved, too'; Operation = 'get'; Room = 'nsapi' }
    ) {
        $common.Namespace = $Room
        { Invoke-SecureCached @common -Interop $Operation { 1 } } |
            Should -Throw -ErrorId "InteropNameInvalid,$commandType"
    }

    It 'Interop: accepts names of maximum length' {
        $common.Namespace = 'n' + ('a' * 63)
        Invoke-SecureCached @common -Interop ('o.' + ('-_' * 31)) { 1 } | Should -Be 1
        @($table.Keys)[0].Length | Should -Be 194
    }

    It 'Namespace: needs an explicit namespace for -Interop' {
        $common.Remove('Namespace')
        { Invoke-SecureCached @common -Interop get { 1 } } | Should -Throw -ErrorId "InteropNameInvalid,$commandType"
        Use-CacheKitSession $session -Namespace rooms { Invoke-SecureCached -Interop get { 1 } } | Should -Be 1
        @($table.Keys) | Should -BeLike 'rooms:get:*'
    }

    It 'Interop: refuses parameters and stores that cannot be shared' {
        $others = @{ Key = 'k' }, @{ VaryBy = 1 }, @{ Serializer = 'Json' }, @{ Depth = 3 }, @{ StaleIfError = 5 }
        foreach ($more in $others) {
            { Invoke-SecureCached @common -Interop get @more { 1 } } |
                Should -Throw -ErrorId "ParameterConflict,$commandType"
        }

        { Invoke-SecureCached @common -AsHashtable { 1 } } | Should -Throw -ErrorId "ParameterConflict,$commandType"
        { Invoke-SecureCached @common -Interop get -Tenant acme { 1 } } |
            Should -Throw -ErrorId "InteropTenantConflict,$commandType"
        { Use-CacheKitSession $session -Tenant acme { Invoke-SecureCached -Namespace users -Interop get { 1 } } } |
            Should -Throw -ErrorId "InteropTenantConflict,$commandType"
        $memory = New-CacheKitSession -Memory -MasterKey $key
        { Invoke-SecureCached -Session $memory -Namespace users -Interop get { 1 } } |
            Should -Throw -ErrorId "InteropStoreUnsuitable,$commandType"
        $memory.Dispose()
        Register-CacheKitBackend Endless -Force @emptyBackend
        $endless = New-CacheKitSession -Backend Endless -MasterKey $key
        { Invoke-SecureCached -Session $endless -Namespace users -Interop get { 1 } } |
            Should -Throw -ErrorId "InteropStoreUnsuitable,$commandType"
        $endless.Dispose()
        Unregister-CacheKitBackend Endless
        $table.Count | Should -Be 0
    }

    It 'Ttl: passes the time to live to the store' {
        $null = Invoke-SecureCached @common -Interop get -Ttl 90s { 1 }
        @($lives.Values) | Should -Be ([timespan] '00:01:30')
        (Get-CacheKitBackend Interop).Capabilities | Should -Be 'Interop'
    }

    It 'Tenant: uses the tenant of the session for interop entries' {
        $null = Invoke-SecureCached @common -Interop get { 'default''s' }
        $acme = New-CacheKitSession -Backend Interop -MasterKey $key -Tenant acme
        Invoke-SecureCached -Session $acme -Namespace users -Tenant acme -Interop other { 1 } | Should -Be 1
        # Whoever configures another tenant finds nothing that opens.
        $theirs = @{ Session = $acme; Namespace = 'users'; WarningAction = 'SilentlyContinue' }
        Invoke-SecureCached @theirs -Interop get { 'acme''s' } |
            Should -Be 'acme''s'
        $acme.Dispose()
    }

    It 'MasterKey: reads interop entries under every key of the ring and writes under the first' {
        $null = Invoke-SecureCached @common -Interop get { 'old' }
        $bytes = @($table.Values)[0]
        $new = New-CacheKitSession -Backend Interop -MasterKey ('cd' * 32) -PreviousMasterKey $key
        $rotated = @{ Session = $new; Namespace = 'users'; Interop = 'get' }
        Invoke-SecureCached @rotated { throw 'not found' } | Should -Be 'old'
        @($table.Values)[0] | Should -Be $bytes
        Invoke-SecureCached @rotated -Refresh { 'new' } | Should -Be 'new'
        Invoke-SecureCached @common -Interop get { 'lost' } -WarningAction SilentlyContinue | Should -Be 'lost'
        $new.Dispose()
    }

    It 'Interop: drops an unusable entry and explains why: <Name>' -ForEach @(
        @{
            Name  = 'altered'
            Bytes = { param($Bytes) $Bytes[20] = $Bytes[20] -bxor 1; , $Bytes }
            Text  = 'another key\. It was'
        }
        @{ Name = 'too short'; Bytes = { , [byte[]] (1..27) }; Text = 'too short to be sealed' }
        @{ Name = 'not encrypted'; Bytes = { , [byte[]] (0xC4, 2, 1, 2) }; Text = 'without encryption' }
        @{
            Name  = 'of Python''s auto mode'
            Bytes = { , [byte[]] (@(0x43, 0x4B, 3) + (, 0 * 40)) }
            Text  = 'is not authentic'
        }
    ) {
        $null = Invoke-SecureCached @common -Interop get { 'first' }
        $place = @($table.Keys)[0]
        $table[$place] = & $Bytes $table[$place]
        $warnings = $null
        $common.WarningAction = 'SilentlyContinue'
        $value = Invoke-SecureCached @common -Interop get { 'second' } -WarningVariable warnings
        $value | Should -Be 'second'
        "$warnings" | Should -Match $Text
        Invoke-SecureCached @common -Interop get { 'third' } | Should -Be 'second'

        $table[$place] = & $Bytes $table[$place]
        $kept = $table[$place]
        $problem = { Invoke-SecureCached @common -Interop get -FailClosed { 'not run' } } |
            Should -Throw -ErrorId "EntryNotAuthentic,$commandType" -PassThru
        "$problem" | Should -Match 'It stays where it is'
        $table[$place] | Should -Be $kept
    }

    It 'Interop: warns once about a variable that is not part of the key' {
        $id = 1
        $block = { "user $id" }
        $warnings = $null
        foreach ($id in 1, 2) {
            $null = Invoke-SecureCached @common -Interop get $block -WarningVariable +warnings -WarningAction Ignore
        }

        @($warnings) | Should -HaveCount 1
        "$warnings" | Should -Match 'The block reads \$id, which is no part of the key'
        Invoke-SecureCached @common -Interop other -ArgumentList 1 { "user $id" } -WarningVariable warnings
        "$warnings" | Should -BeNullOrEmpty
    }

    It 'Interop: binds the parameters of a function' {
        function Get-Name($Id, $Full = $false) { "user $Id $Full" }
        $warnings = $null
        $null = Invoke-SecureCached @common -Interop get -ArgumentList 7 ${function:Get-Name} -WarningVariable warnings
        "$warnings" | Should -BeNullOrEmpty
        Invoke-SecureCached @common -Interop get -ArgumentList 7, $false { throw 'again' } | Should -Be 'user 7 False'
    }

    It 'SingleFlight: refuses an interop block that asks for its own result' {
        $problem = { Invoke-SecureCached @common -Interop get { Invoke-SecureCached @common -Interop get { 1 } } } |
            Should -Throw -ErrorId "RecursiveKey,$commandType" -PassThru
        $problem.ErrorDetails.RecommendedAction | Should -Match '-ArgumentList'
    }

    It 'Interop: recommends text in the ISO format for <Value>' -ForEach @(
        @{ Value = [DateOnly]::new(2024, 2, 3); Text = '2024-02-03' }
        @{ Value = [TimeOnly]::new(10, 11, 12); Text = '10:11:12.0000000' }
    ) {
        $problem = { Invoke-SecureCached @common -Interop get -ArgumentList $Value { 1 } } |
            Should -Throw -ErrorId "InteropArgumentInvalid,$commandType" -PassThru
        $advice = $problem.ErrorDetails.RecommendedAction -replace '^.*(?=\$value)' -replace '\.$'
        [scriptblock]::Create($advice).Invoke() | Should -Be $Text
    }

    It 'Completion: offers the operations that were used' {
        $null = Invoke-SecureCached @common -Interop zz_completed { 1 }
        foreach ($command in 'Invoke-SecureCached', 'Get-CacheKitItem', 'Get-CacheKitKey') {
            Get-CompletionText "$command -Interop zz_" | Should -Be 'zz_completed'
        }
    }

    It 'Refresh: replaces an interop entry, and -Bypass stores none' {
        Invoke-SecureCached @common -Interop get -Bypass { 1 } | Should -Be 1
        $table.Count | Should -Be 0
        $null = Invoke-SecureCached @common -Interop get { 1 }
        Invoke-SecureCached @common -Interop get -Refresh { 2 } | Should -Be 2
        Invoke-SecureCached @common -Interop get { 3 } | Should -Be 2
    }

    It 'Errors: does not store an interop result when the block throws' {
        { Invoke-SecureCached @common -Interop get { throw 'no' } } | Should -Throw
        $table.Count | Should -Be 0
    }
}
