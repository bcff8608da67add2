#Requires -Version 7.4
# What values become that -Interop stores, and what comes back: each type, and what is refused.
Set-StrictMode -Version Latest

BeforeDiscovery {
    function Get-TextHex {
        param([string] $Text)

        [Convert]::ToHexString([System.Text.Encoding]::UTF8.GetBytes($Text)).ToLowerInvariant()
    }

    # A sentinel map: the name in it, then the text.
    function Get-SentinelHex {
        param([string] $Name, [string] $Text)

        $header = $Text.Length -lt 32 ? (0xA0 + $Text.Length).ToString('x2') : 'd9{0:x2}' -f $Text.Length
        $begin = '82' + (0xA0 + $Name.Length).ToString('x2') + (Get-TextHex $Name) + 'c3a576616c7565'
        $begin + $header + (Get-TextHex $Text)
    }

    $time = '2024-01-01T12:30:45.123456'
    $rows = @(
        @{ Case = 'true'; Make = { $true }; Hex = 'c3'; Back = 'Boolean True' }
        @{ Case = 'a switch'; Make = { [switch] $false }; Hex = 'c2'; Back = 'Boolean False' }
        @{ Case = 'a small integer'; Make = { [long] 7 }; Hex = '07'; Back = 'Int32 7' }
        @{ Case = 'a negative one'; Make = { -33 }; Hex = 'd0df'; Back = 'Int32 -33' }
        @{ Case = 'a long'; Make = { 4294967296 }; Hex = 'cf0000000100000000'; Back = 'Int64 4294967296' }
        @{
            Case = 'the largest'
            Make = { [uint64]::MaxValue }
            Hex  = 'cfffffffffffffffff'
            Back = 'UInt64 18446744073709551615'
        }
        @{
            Case = 'the smallest'
            Make = { [long]::MinValue }
            Hex  = 'd38000000000000000'
            Back = 'Int64 -9223372036854775808'
        }
        @{ Case = 'a big integer'; Make = { [bigint] 5 }; Hex = '05'; Back = 'Int32 5' }
        @{ Case = 'an enum value'; Make = { [DayOfWeek]::Friday }; Hex = '05'; Back = 'Int32 5' }
        @{ Case = 'a whole real'; Make = { 2.0 }; Hex = 'cb4000000000000000'; Back = 'Double 2' }
        @{ Case = 'negative zero'; Make = { -0.0 }; Hex = 'cb8000000000000000'; Back = 'Double -0' }
        @{ Case = 'a float'; Make = { [float] 1.5 }; Hex = 'cb3ff8000000000000'; Back = 'Double 1.5' }
        @{ Case = 'empty text'; Make = { '' }; Hex = 'a0'; Back = 'String ' }
        @{ Case = 'text'; Make = { [string] [char] 0xE9 }; Hex = 'a2c3a9'; Back = "String $([char] 0xE9)" }
        @{ Case = 'bytes'; Make = { , [byte[]] (1, 255) }; Hex = 'c40201ff'; Back = 'Byte[] 1 255' }
        @{
            Case = 'a time in UTC'
            Make = { [datetime]::new(2024, 1, 1, 12, 30, 45, [DateTimeKind]::Utc).AddTicks(1234560) }
            Hex  = Get-SentinelHex '__datetime__' "$time+00:00"
            Back = "DateTimeOffset ${time}0+00:00"
        }
        @{
            Case = 'a time elsewhere'
            Make = { [datetimeoffset] '2024-01-01T12:30:45.123456+05:30' }
            Hex  = Get-SentinelHex '__datetime__' "$time+05:30"
            Back = "DateTimeOffset ${time}0+05:30"
        }
        @{
            Case = 'a time of no zone'
            Make = { [datetime]::new(2024, 1, 1, 12, 30, 45).AddTicks(1234560) }
            Hex  = Get-SentinelHex '__datetime__' $time
            Back = "DateTime ${time}0"
        }
        @{
            Case = 'a date'
            Make = { [DateOnly]::new(2024, 1, 31) }
            Hex  = Get-SentinelHex '__date__' '2024-01-31'
            Back = 'DateOnly 2024-01-31'
        }
        @{
            Case = 'a time of day'
            Make = { [TimeOnly]::new(12, 30, 45) }
            Hex  = Get-SentinelHex '__time__' '12:30:45'
            Back = 'TimeOnly 12:30:45.0000000'
        }
    )
    $collections = @(
        @{
            Case = 'a list'
            Make = { , [System.Collections.Generic.List[object]] (1, 'a') }
            Hex  = '9201a161'
            Back = '[1,"a"]'
        }
        @{ Case = 'arrays in arrays'; Make = { , @(, @(1, @())) }; Hex = '91920190'; Back = '[[1,[]]]' }
        @{ Case = 'a hashtable'; Make = { @{ b = 2; a = @{} } }; Hex = '82a16180a16202'; Back = '[{"a":{},"b":2}]' }
        @{
            Case = 'an object'
            Make = { [pscustomobject] @{ b = 2; a = $null } }
            Hex  = '82a161c0a16202'
            Back = '[{"a":null,"b":2}]'
        }
        @{
            Case = 'a dictionary'
            Hex  = '81a16102'
            Back = '[{"a":2}]'
            Make = { $table = [System.Collections.Generic.Dictionary[string, int]]::new(); $table['a'] = 2; $table }
        }
        @{
            Case = 'names beyond 16 bits'
            Back = $null
            Hex  = '82a3efbda102a4f090808001'
            Make = { @{ [char]::ConvertFromUtf32(0x10000) = 1; [string] [char] 0xFF61 = 2 } }
        }
        @{ Case = 'two objects'; Make = { 1; @{ a = 1 } }; Hex = '920181a16101'; Back = '[1,{"a":1}]' }
    )
}

BeforeAll {
    . "$PSScriptRoot/../InteropEntry.ps1"
    $commandType = 'CacheKit.Commands.InvokeSecureCachedCommand'
    $table = @{}
    Register-TableBackend -Name InteropValues -Table $table
    $session = New-CacheKitSession -Backend InteropValues -MasterKey $master
    $call = @{ Session = $session; Interop = 'op'; Namespace = 'interop-values' }
    $place = (Get-CacheKitKey -Interop op -Namespace interop-values -Plain).Key

    # Type and text, the same in every culture.
    function Get-Description {
        param($Value)

        $text = switch ($Value) {
            { $_ -is [array] } { $_ -join ' '; break }
            { $_ -is [datetime] -or $_ -is [datetimeoffset] -or $_ -is [DateOnly] -or $_ -is [TimeOnly] } {
                $_.ToString('O', [cultureinfo]::InvariantCulture)
                break
            }
            default { [string]::Format([cultureinfo]::InvariantCulture, '{0}', $_) }
        }
        "$($Value.GetType().Name) $text"
    }
}

AfterAll {
    $session.Dispose()
    Unregister-CacheKitBackend InteropValues
}

Describe 'Interop values' {
    BeforeEach {
        $table.Clear()
    }

    It 'Interop: stores <Case> as <Hex> and returns it' -ForEach $rows {
        $null = Invoke-SecureCached @call $Make
        Get-StoredHex | Should -BeExactly $Hex
        $found = @(Invoke-SecureCached @call { 'not run' })
        $found | Should -HaveCount 1
        Get-Description $found[0] | Should -BeExactly $Back
    }

    It 'Interop: stores <Case> as <Hex> and returns the same JSON' -ForEach $collections {
        $null = Invoke-SecureCached @call $Make
        Get-StoredHex | Should -BeExactly $Hex
        $found = @(Invoke-SecureCached @call { 'not run' })
        if ($Back) {
            ConvertTo-Json -InputObject $found -Compress -Depth 5 | Should -BeExactly $Back
        }
    }

    It 'Interop: rounds a time down to the microsecond' {
        $null = Invoke-SecureCached @call { ([datetimeoffset] '2024-01-01T00:00Z').AddTicks(19) }
        (Invoke-SecureCached @call { 'not run' }).Ticks % 10000 | Should -Be 10
    }

    It 'Interop: stores text with added properties as text' {
        $null = Invoke-SecureCached @call {
            $line = [psobject]::AsPSObject('a')
            $line.PSObject.Properties.Add([psnoteproperty]::new('Number', 1))
            $line
        }
        Get-StoredHex | Should -BeExactly 'a161'
    }

    It 'Interop: returns <Case> with an error and does not cache it' -ForEach @(
        @{ Case = 'a decimal'; Make = { 1.5d }; Says = 'System\.Decimal' }
        @{ Case = 'a character'; Make = { 'a'[0] }; Says = 'System\.Char' }
        @{ Case = 'a GUID'; Make = { [guid]::Empty }; Says = 'System\.Guid' }
        @{ Case = 'a time span'; Make = { [timespan]::Zero }; Says = 'System\.TimeSpan' }
        @{ Case = 'a set'; Make = { , [System.Collections.Generic.HashSet[int]] (1, 2) }; Says = 'HashSet' }
        @{ Case = 'no number'; Make = { [double]::NaN }; Says = 'not a number' }
        @{ Case = 'infinity'; Make = { [double]::PositiveInfinity }; Says = 'infinite' }
        @{ Case = 'too large an integer'; Make = { [bigint]::Pow(2, 64) }; Says = '2\^64-1' }
        @{ Case = 'half a character'; Make = { [string] [char] 0xDC00 }; Says = 'surrogate' }
        @{ Case = 'a secret'; Make = { [securestring]::new() }; Says = 'SecureString' }
        @{ Case = 'a credential'; Make = { [pscredential]::new('a', [securestring]::new()) }; Says = 'PSCredential' }
        @{ Case = 'an address'; Make = { [uri] 'https://example.com' }; Says = 'System\.Uri' }
        @{ Case = 'a version'; Make = { [version] '1.2' }; Says = 'System\.Version' }
        @{ Case = 'a block'; Make = { { 1 } }; Says = 'ScriptBlock' }
        @{ Case = 'an object of .NET'; Make = { [Threading.Thread]::CurrentThread }; Says = 'Thread' }
        @{ Case = 'deep inside'; Make = { @{ a = @(1, @{ b = 1d }) } }; Says = "\['a'\]\[1\]\['b'\]" }
    ) {
        Set-CacheKitItem @call 'before'
        $problems = $null
        $output = @(Invoke-SecureCached @call -Refresh $Make -ErrorVariable problems -ErrorAction SilentlyContinue)
        $output | Should -HaveCount 1
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be "ValueTypeUnsupported,$commandType"
        "$($problems[0])" | Should -Match $Says
        $problems[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Get-CacheKitItem @call | Should -Be 'before'
    }

    It 'Interop: stores 32 levels, but not 33' {
        $block = {
            param($Levels)
            $deep = 1
            foreach ($level in 1..$Levels) {
                $deep = @{ "level $level" = $deep }
            }
            $deep
        }
        $null = Invoke-SecureCached @call -ArgumentList 32 $block
        Test-CacheKitItem @call -ArgumentList 32 | Should -BeTrue
        $problems = $null
        $null = Invoke-SecureCached @call -ArgumentList 33 $block -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems.FullyQualifiedErrorId | Should -Be "ValueTooDeep,$commandType"
        Test-CacheKitItem @call -ArgumentList 33 | Should -BeFalse
    }

    It 'Interop: does not cache a value that contains itself' {
        $problems = $null
        $null = Invoke-SecureCached @call { $self = @{}; $self['self'] = $self; $self } -ErrorVariable problems `
            -ErrorAction SilentlyContinue
        $problems.FullyQualifiedErrorId | Should -Be "ValueTooDeep,$commandType"
    }
}

Describe 'Interop values of other writers' {
    It 'Interop: reads <Case> of another language' -ForEach @(
        @{
            Case = 'a time in Zulu'
            Name = '__datetime__'
            Text = '2024-01-01T12:30:45Z'
            Back = 'DateTimeOffset 2024-01-01T12:30:45.0000000+00:00'
        }
        @{
            Case = 'a time with a short fraction'
            Name = '__datetime__'
            Text = '2024-01-01T12:30:45.5-08:00'
            Back = 'DateTimeOffset 2024-01-01T12:30:45.5000000-08:00'
        }
        @{
            Case = 'a time of no zone'
            Name = '__datetime__'
            Text = '2024-01-01T12:30:45'
            Back = 'DateTime 2024-01-01T12:30:45.0000000'
        }
        @{ Case = 'a time of day'; Name = '__time__'; Text = '12:30:45.000001'; Back = 'TimeOnly 12:30:45.0000010' }
    ) {
        $encoded = [System.Text.Encoding]::UTF8
        $document = [byte[]] (@(0x82, (0xA0 + $Name.Length)) + $encoded.GetBytes($Name) + 0xC3 + 0xA5 +
            $encoded.GetBytes('value') + (0xA0 + $Text.Length) + $encoded.GetBytes($Text))
        $table[$place] = Protect-InteropDocument $document -Key $place -MasterKey $master
        Get-Description (Get-CacheKitItem @call) | Should -BeExactly $Back
    }
}
