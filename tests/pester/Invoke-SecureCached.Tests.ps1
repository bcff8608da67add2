#Requires -Version 7.4
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSAvoidUsingDoubleQuotesForConstantString', '', Justification = 'One block differs from another by its quotes.')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSPlaceOpenBrace', '', Justification = 'One block differs from another by its layout.')]
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"

    # What follows the name in each error id of the command.
    $commandType = 'CacheKit.Commands.InvokeSecureCachedCommand'

    # The files beside the database whose names are its own and then the suffix.
    function Get-DatabaseFile {
        param([string] $Suffix)

        $directory = Split-Path $env:CACHEKIT_CACHE_PATH
        $name = Split-Path -Leaf $env:CACHEKIT_CACHE_PATH
        [IO.Directory]::GetFiles($directory, "$name$Suffix")
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Invoke-SecureCached' {
    BeforeEach {
        Initialize-TestEnvironment
    }

    Context 'caching' {
        It 'Entry: runs the block once' {
            $first = Invoke-SecureCached -Ttl 300 { [CacheKitTest.Counter]::Add(); 'value' }
            $second = Invoke-SecureCached -Ttl 300 { [CacheKitTest.Counter]::Add(); 'value' }
            $first, $second | Should -Be @('value', 'value')
            [CacheKitTest.Counter]::Count | Should -Be 1
        }

        It 'MasterKey: finds an entry again under its own master key only' {
            $key = $env:CACHEKIT_MASTER_KEY
            $null = Invoke-SecureCached { [CacheKitTest.Counter]::Add(); 'value' }
            $env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey
            Invoke-SecureCached { [CacheKitTest.Counter]::Add(); 'value' } | Should -Be 'value'
            $env:CACHEKIT_MASTER_KEY = $key
            Invoke-SecureCached { [CacheKitTest.Counter]::Add(); 'value' } | Should -Be 'value'
            [CacheKitTest.Counter]::Count | Should -Be 2 -Because 'only the first key finds its entry'
        }

        It 'Key: ignores the layout of the block' {
            $null = Invoke-SecureCached { [CacheKitTest.Counter]::Add(); if ($true) { 'a' } else { 'b' } }
            $null = Invoke-SecureCached {
                [CacheKitTest.Counter]::Add()   # a comment
                if ($true)
                {
                    'a'
                }
                else
                {
                    'b'
                }
            }
            [CacheKitTest.Counter]::Count | Should -Be 1
        }

        It 'Key: differs for another token' {
            Invoke-SecureCached { 'a' } | Should -Be 'a'
            Invoke-SecureCached { 'A' } | Should -BeExactly 'A'
            Invoke-SecureCached { "a" ; } | Should -Be 'a'
        }

        It 'Key: shows hits and misses with -Verbose without the name' {
            $lines = Invoke-SecureCached -Key 'telling-name' -Verbose { 1 } 4>&1
            "$($lines[0])" | Should -Match '\AMiss: ck:[0-9a-f]{16}:main:[0-9a-f]{40}\.\z'
            $lines = Invoke-SecureCached -Key 'telling-name' -Verbose { 1 } 4>&1
            "$($lines[0])" | Should -Match '\AHit in memory: ck:'
            "$lines" | Should -Not -Match 'telling'
        }

        It 'Refresh: runs the block again and stores the new result' {
            Invoke-SecureCached -Key r { 'old' } | Should -Be 'old'
            Invoke-SecureCached -Key r -Refresh { 'new' } | Should -Be 'new'
            Invoke-SecureCached -Key r { 'newer' } | Should -Be 'new'
        }

        It 'Bypass: neither reads nor writes, and needs no master key' {
            Invoke-SecureCached -Key b { 'stored' } | Should -Be 'stored'
            $key = $env:CACHEKIT_MASTER_KEY
            $env:CACHEKIT_MASTER_KEY = 'not a key'
            Invoke-SecureCached -Key b -Bypass { 'fresh' } | Should -Be 'fresh'
            $env:CACHEKIT_MASTER_KEY = $key
            Invoke-SecureCached -Key b { 'other' } | Should -Be 'stored'
        }

        It 'Namespace: keeps separate entries' {
            Invoke-SecureCached -Key n -Namespace one { 1 } | Should -Be 1
            Invoke-SecureCached -Key n -Namespace two { 2 } | Should -Be 2
            Invoke-SecureCached -Key n { 3 } | Should -Be 3
        }

        It 'Key: distinguishes names by case' {
            Invoke-SecureCached -Key k { 1 } | Should -Be 1
            Invoke-SecureCached -Key K { 2 } | Should -Be 2
        }
    }

    Context 'keys of blocks' {
        It 'Key: never returns the value of one variable for another' {
            $values = foreach ($name in 'a', 'b', 'a') {
                Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "secret of $name" }
            }
            $values | Should -Be @('secret of a', 'secret of b', 'secret of a')
            [CacheKitTest.Counter]::Count | Should -Be 2
        }

        It 'Key: covers $_ of the surrounding pipeline' {
            $values = 'a', 'b' | ForEach-Object { Invoke-SecureCached { "secret of $_" } }
            $values | Should -Be @('secret of a', 'secret of b')
        }

        It 'Key: distinguishes <Name>' -ForEach @(
            @{ Name = 'an int and text'; First = 1; Second = '1' }
            @{ Name = 'an int and a double'; First = 1; Second = 1.0 }
            @{ Name = 'upper and lower case'; First = 'a'; Second = 'A' }
            @{ Name = 'null and empty text'; First = $null; Second = '' }
            @{ Name = 'the order of an array'; First = @(1, 2); Second = @(2, 1) }
            @{ Name = 'the values of a hashtable'; First = @{ a = 1 }; Second = @{ a = 2 } }
            @{ Name = 'kinds of dates'; First = [datetime]::UnixEpoch; Second = [datetime]::new(1970, 1, 1) }
            @{
                Name   = 'properties of an object'
                First  = [pscustomobject]@{ a = 1 }
                Second = [pscustomobject]@{ a = 2 }
            }
            @{ Name = 'an enum and its number'; First = [System.DayOfWeek]::Monday; Second = 1 }
            @{ Name = 'one argument list and another'; First = @('a', 'b,c'); Second = @('a,b', 'c') }
        ) {
            $value = $First
            $null = Invoke-SecureCached { [CacheKitTest.Counter]::Add(); $null = $value }
            $value = $Second
            $null = Invoke-SecureCached { [CacheKitTest.Counter]::Add(); $null = $value }
            [CacheKitTest.Counter]::Count | Should -Be 2
        }

        It 'Key: ignores the order of a hashtable' {
            foreach ($table in @{ one = 1; two = 2; three = 3 }, @{ three = 3; two = 2; one = 1 }) {
                $null = Invoke-SecureCached { [CacheKitTest.Counter]::Add(); $table.Count }
            }
            [CacheKitTest.Counter]::Count | Should -Be 1
        }

        It 'Key: covers properties that were added to a <Name>' -ForEach @(
            @{ Name = 'list'; Value = [System.Collections.ArrayList]::new() }
            @{ Name = 'hashtable'; Value = @{ a = 1 } }
        ) {
            $Value.psobject.Properties.Add([psnoteproperty]::new('Note', 1))
            foreach ($note in 1, 2, 2) {
                $Value.psobject.Properties['Note'].Value = $note
                Invoke-SecureCached { [CacheKitTest.Counter]::Add(); $Value.Note } | Should -Be $note
            }
            [CacheKitTest.Counter]::Count | Should -Be 2
        }

        It 'Key: accepts the properties that Get-Content adds to a line' {
            $line = [pscustomobject]@{ PSDrive = $PWD.Drive; PSProvider = $PWD.Provider; PSPath = $PWD }
            foreach ($i in 1, 2) {
                Invoke-SecureCached { [CacheKitTest.Counter]::Add(); $line.PSDrive.Name } | Should -Be $PWD.Drive.Name
            }
            [CacheKitTest.Counter]::Count | Should -Be 1
        }

        It 'Key: covers the content of a secret' {
            foreach ($text in 'x', 'x', 'y') {
                $secret = ConvertTo-Secret $text
                $null = Invoke-SecureCached { [CacheKitTest.Counter]::Add(); $secret.Length }
            }
            [CacheKitTest.Counter]::Count | Should -Be 2
        }

        It 'Key: covers environment variables' {
            foreach ($value in 'x', 'y') {
                $env:CACHEKIT_TEST_VALUE = $value
                Invoke-SecureCached { $env:CACHEKIT_TEST_VALUE } | Should -Be $value
            }
            $env:CACHEKIT_TEST_VALUE = $null
        }

        It 'Key: covers the arguments that the block is given' {
            Invoke-SecureCached -ArgumentList 1, 'x' { param($Number, $Text) "$Number$Text" } | Should -Be '1x'
            Invoke-SecureCached -ArgumentList 2, 'x' { param($Number, $Text) "$Number$Text" } | Should -Be '2x'
        }

        It 'Key: passes an array as one argument' {
            Invoke-SecureCached -ArgumentList @(, @(1, 2, 3)) { param($Items) $Items.Count } | Should -Be 3
        }

        It 'Key: names a variable whose value has no identity' {
            $client = [System.Net.Http.HttpClient]::new()
            { Invoke-SecureCached { $client.Timeout } } |
                Should -Throw -ErrorId "KeyNotDerivable,$commandType" -ExpectedMessage '*$client*HttpClient*'
            Invoke-SecureCached -Key timeout { $client.Timeout } | Should -BeOfType ([timespan])
            $client.Dispose()
        }

        It 'Key: covers a variable that only some paths assign' {
            $condition = $false
            foreach ($value in 'x', 'y') {
                $result = $value
                Invoke-SecureCached { if ($condition) { $result = 1 }; $result } | Should -Be $value
            }
        }
    }

    Context 'values' {
        It 'Values: returns <Name> unchanged from the block, from memory and from the database' -ForEach @(
            @{ Name = 'nothing'; Block = { }; Count = 0; Type = $null }
            @{ Name = 'null'; Block = { $null }; Count = 1; Type = $null }
            @{ Name = 'text'; Block = { 'x' }; Count = 1; Type = [string] }
            @{ Name = 'an int'; Block = { 1 }; Count = 1; Type = [int] }
            @{ Name = 'a long'; Block = { 1L }; Count = 1; Type = [long] }
            @{ Name = 'a byte'; Block = { [byte]1 }; Count = 1; Type = [byte] }
            @{ Name = 'a double'; Block = { 1.5 }; Count = 1; Type = [double] }
            @{ Name = 'a decimal'; Block = { 1.5d }; Count = 1; Type = [decimal] }
            @{ Name = 'a bool'; Block = { $true }; Count = 1; Type = [bool] }
            @{ Name = 'a char'; Block = { [char]'x' }; Count = 1; Type = [char] }
            @{ Name = 'a guid'; Block = { [guid]::Empty }; Count = 1; Type = [guid] }
            @{ Name = 'a datetime'; Block = { [datetime]::UnixEpoch }; Count = 1; Type = [datetime] }
            @{ Name = 'a timespan'; Block = { [timespan]::FromDays(1) }; Count = 1; Type = [timespan] }
            @{ Name = 'a version'; Block = { [version]'1.2' }; Count = 1; Type = [version] }
            @{ Name = 'several objects'; Block = { 1, 'two', $null }; Count = 3; Type = [int] }
            @{ Name = 'an array as one object'; Block = { , @(1, 2) }; Count = 1; Type = [object[]] }
            @{ Name = 'an array of one'; Block = { , @(1) }; Count = 1; Type = [object[]] }
            @{ Name = 'an empty array'; Block = { , @() }; Count = 1; Type = [object[]] }
            @{ Name = 'typed text'; Block = { , [string[]]('a', 'b') }; Count = 1; Type = [string[]] }
            @{ Name = 'bytes'; Block = { , [byte[]](1, 2) }; Count = 1; Type = [byte[]] }
            @{ Name = 'a hashtable'; Block = { @{ a = 1 } }; Count = 1; Type = [hashtable] }
            @{
                Name  = 'an ordered table'
                Block = { [ordered]@{ b = 1; a = 2 } }
                Count = 1
                Type  = [System.Collections.Specialized.OrderedDictionary]
            }
            @{
                Name  = 'an object'
                Block = { [pscustomobject]@{ b = 1; a = @{ c = 1 } } }
                Count = 1
                Type  = [psobject]
            }
            @{
                Name  = 'a secret'
                Block = { ConvertTo-Secret 'x' }
                Count = 1
                Type  = [securestring]
            }
        ) {
            $key = $env:CACHEKIT_MASTER_KEY
            foreach ($source in 'block', 'memory', 'database') {
                if ($source -eq 'database') {
                    # Another session in between: coming back opens the database anew, with an empty memory tier.
                    $env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey
                    $null = Invoke-SecureCached { 'other' }
                    $env:CACHEKIT_MASTER_KEY = $key
                }

                $output = [System.Collections.ArrayList]::new()
                Invoke-SecureCached -Key value { [CacheKitTest.Counter]::Add(); & $Block } |
                    ForEach-Object { $null = $output.Add($_) }
                $output.Count | Should -Be $Count -Because "it came from $source"
                if ($null -ne $Type) {
                    $Type.IsInstanceOfType($output[0]) | Should -BeTrue -Because "it came from $source"
                }
            }

            [CacheKitTest.Counter]::Count | Should -Be 1
        }

        It 'Values: returns a credential as a credential' {
            $block = {
                [CacheKitTest.Counter]::Add()
                [pscredential]::new('dba', (ConvertTo-Secret "p@ss w`u{f6}rd"))
            }
            foreach ($i in 1, 2) {
                $credential = Invoke-SecureCached -Key credential $block
                $credential | Should -BeOfType ([pscredential])
                $credential.UserName | Should -BeExactly 'dba'
                $credential.GetNetworkCredential().Password | Should -BeExactly "p@ss w`u{f6}rd"
            }
            [CacheKitTest.Counter]::Count | Should -Be 1
        }

        It 'Values: keeps type names and the order of properties' {
            $null = Invoke-SecureCached -Key o {
                [pscustomobject]@{ PSTypeName = 'Runbook.Job'; z = 1; a = 'x'; m = $null }
            }
            $object = Invoke-SecureCached -Key o { throw 'not run' }
            $object.psobject.Properties.Name | Should -Be @('z', 'a', 'm')
            $object.psobject.TypeNames[0] | Should -Be 'Runbook.Job'
        }

        It 'Values: returns an object of another type as its properties' {
            $block = {
                [CacheKitTest.Counter]::Add()
                [pscustomobject]@{ Inner = [System.Text.StringBuilder]::new('x') }
            }
            (Invoke-SecureCached $block).Inner | Should -BeOfType ([System.Text.StringBuilder])
            $value = Invoke-SecureCached $block
            $value.Inner.psobject.TypeNames[0] | Should -Be 'Deserialized.System.Text.StringBuilder'
            $value.Inner.Length | Should -Be 1
            "$($value.Inner)" | Should -Be 'x'
            [CacheKitTest.Counter]::Count | Should -Be 1
        }

        It 'Values: refuses a value that contains itself' {
            $failures = $null
            $block = { $a = @{}; $a.Self = $a; $a }
            $null = Invoke-SecureCached $block -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures[0].FullyQualifiedErrorId | Should -Be "ValueTooDeep,$commandType"
        }
    }

    Context 'blocks that fail' {
        It 'Errors: does not cache the result of a block that wrote an error' {
            foreach ($i in 1, 2) {
                $failures = $null
                $block = { [CacheKitTest.Counter]::Add(); Write-Error 'boom'; 'value' }
                $value = Invoke-SecureCached $block -ErrorAction SilentlyContinue -ErrorVariable failures
                $value | Should -Be 'value'
                "$failures" | Should -Be 'boom'
            }
            [CacheKitTest.Counter]::Count | Should -Be 2
        }

        It 'Errors: throws under -ErrorAction Stop' {
            { Invoke-SecureCached { Write-Error 'boom' } -ErrorAction Stop } | Should -Throw -ExpectedMessage 'boom'
        }

        It 'Errors: throws what the block throws' {
            foreach ($i in 1, 2) {
                { Invoke-SecureCached { [CacheKitTest.Counter]::Add(); throw 'thrown' } } |
                    Should -Throw -ExpectedMessage 'thrown' -ErrorId 'thrown'
            }
            [CacheKitTest.Counter]::Count | Should -Be 2
        }

        It 'Errors: lets continue act on the loop around the call' {
            $left = foreach ($i in 1, 2, 3) {
                $null = Invoke-SecureCached -Bypass { if ($i -eq 2) { continue } }
                $i
            }
            $left | Should -Be @(1, 3)
        }

        It 'Errors: does not leak variables of the block' {
            $leak = 0
            $null = Invoke-SecureCached { $leak = 1; $leak }
            $leak | Should -Be 0
        }
    }

    Context 'time to live' {
        It 'Ttl: accepts <Text>' -ForEach @(
            @{ Text = '300'; Value = 300 }
            @{ Text = '0.5'; Value = 0.5 }
            @{ Text = 'text 300'; Value = '300' }
            @{ Text = '500ms'; Value = '500ms' }
            @{ Text = '90s'; Value = '90s' }
            @{ Text = '5m'; Value = '5m' }
            @{ Text = '1.5h'; Value = '1.5h' }
            @{ Text = '7d'; Value = '7d' }
            @{ Text = '00:05:00'; Value = '00:05:00' }
            @{ Text = 'a TimeSpan'; Value = [timespan]::FromMinutes(5) }
            @{ Text = '3650d'; Value = '3650d' }
        ) {
            Invoke-SecureCached -Ttl $Value -Key ttl { 'value' } | Should -Be 'value'
        }

        It 'Ttl: reads an unquoted 3651d as days, not as a decimal number' {
            { Invoke-SecureCached -Ttl 3651d { 1 } } |
                Should -Throw -ErrorId "TtlInvalid,$commandType"
        }

        It 'Ttl: refuses <Text>' -ForEach @(
            @{ Text = 'zero'; Value = 0 }
            @{ Text = 'a negative number'; Value = -1 }
            @{ Text = 'a negative TimeSpan'; Value = [timespan]::FromSeconds(-1) }
            @{ Text = 'abc'; Value = 'abc' }
            @{ Text = '5 fortnights'; Value = '5 fortnights' }
            @{ Text = 'blank text'; Value = ' ' }
            @{ Text = 'null'; Value = $null }
            @{ Text = '10000d'; Value = '10000d' }
            @{ Text = 'NaN'; Value = [double]::NaN }
            @{ Text = 'infinity'; Value = [double]::PositiveInfinity }
            @{ Text = 'the largest number'; Value = [long]::MaxValue }
            @{ Text = 'a date'; Value = [datetime]::UnixEpoch }
        ) {
            { Invoke-SecureCached -Ttl $Value { [CacheKitTest.Counter]::Add() } } |
                Should -Throw -ErrorId "TtlInvalid,$commandType"
            [CacheKitTest.Counter]::Count | Should -Be 0
        }

        It 'Ttl: takes what a function with the same transformation hands on' {
            $transformation = (Get-Command -Name Invoke-SecureCached).Parameters.Ttl.Attributes |
                Where-Object { $_ -is [System.Management.Automation.ArgumentTransformationAttribute] }
            $given = $transformation.Transform($ExecutionContext, '5m')
            Invoke-SecureCached -Ttl $given { 'a value' } | Should -Be 'a value'
        }

        It 'Ttl: computes the time to live from the result' {
            foreach ($i in 1, 2) {
                $null = Invoke-SecureCached -Key t -Ttl { $_.expires_in - 60 } {
                    [CacheKitTest.Counter]::Add()
                    [pscustomobject]@{ expires_in = 3600 }
                }
            }
            [CacheKitTest.Counter]::Count | Should -Be 1
        }

        It 'Ttl: does not store when the result asks for zero or less' {
            foreach ($i in 1, 2) {
                $token = Invoke-SecureCached -Key t -Ttl { $_.expires_in - 60 } {
                    [CacheKitTest.Counter]::Add()
                    [pscustomobject]@{ expires_in = 30 }
                }
                $token.expires_in | Should -Be 30
            }
            [CacheKitTest.Counter]::Count | Should -Be 2
        }

        It 'Ttl: returns the value uncached when the script block gives no duration' {
            $failures = $null
            Invoke-SecureCached -Key t -Ttl { 'soon' } { 1 } -ErrorVariable failures -ErrorAction SilentlyContinue |
                Should -Be 1
            $failures[0].FullyQualifiedErrorId | Should -Be "TtlInvalid,$commandType"
        }
    }

    Context 'bad parameters' {
        It 'Namespace: refuses "<Value>"' -ForEach @(
            @{ Value = '' }, @{ Value = ' ' }, @{ Value = 'a b' }, @{ Value = 'a:b' }, @{ Value = "a`n" }
            @{ Value = "`u{e4}" }, @{ Value = 'x' * 65 }
        ) {
            { Invoke-SecureCached -Namespace $Value { 1 } } |
                Should -Throw -ErrorId "NamespaceInvalid,$commandType"
        }

        It 'Key: refuses the name <Name>' -ForEach @(
            @{ Name = 'empty'; Value = '' }
            @{ Name = 'white space'; Value = "`t" }
            @{ Name = 'null'; Value = $null }
            @{ Name = 'endless'; Value = 'x' * 1025 }
        ) {
            { Invoke-SecureCached -Key $Value { 1 } } |
                Should -Throw -ErrorId "KeyInvalid,$commandType"
        }

        It 'Refresh: refuses -Refresh together with -Bypass' {
            { Invoke-SecureCached -Refresh -Bypass { 1 } } |
                Should -Throw -ErrorId "ParameterConflict,$commandType"
        }
    }

    Context 'bad configuration' {
        It 'MasterKey: explains what is wrong with a key of <Length> characters without showing it' -ForEach @(
            @{ Value = 'f' * 63; Length = 63 }
            @{ Value = 'f' * 66; Length = 66 }
            @{ Value = '0x' + 'f' * 63; Length = 65 }
            @{ Value = 'f' * 128; Length = 128 }
        ) {
            $env:CACHEKIT_MASTER_KEY = $Value
            $failure = { Invoke-SecureCached { [CacheKitTest.Counter]::Add() } } |
                Should -Throw "*CACHEKIT_MASTER_KEY*$Length*" -ErrorId "MasterKeyInvalid,$commandType" -PassThru
            $shown = ($failure | Out-String) + $failure.ErrorDetails.RecommendedAction + $failure.Exception
            $shown | Should -Not -Match 'ffff'
            $failure.ErrorDetails.RecommendedAction | Should -Match 'New-CacheKitMasterKey'
            [CacheKitTest.Counter]::Count | Should -Be 0
        }

        It 'MasterKey: refuses a key that is not hexadecimal' {
            $env:CACHEKIT_MASTER_KEY = 'g' * 64
            { Invoke-SecureCached { 1 } } | Should -Throw -ErrorId "MasterKeyInvalid,$commandType"
        }

        It 'MasterKey: refuses a blank key instead of using the next source' {
            $env:CACHEKIT_MASTER_KEY = '  '
            { Invoke-SecureCached { 1 } } | Should -Throw -ErrorId "MasterKeyInvalid,$commandType"
        }

        It 'MasterKey: fails when there is no key' {
            $env:CACHEKIT_MASTER_KEY = $null
            { Invoke-SecureCached { 1 } } | Should -Throw -ErrorId "MasterKeyMissing,$commandType"
        }

        It 'MasterKey: reads the key from a file' {
            $path = Join-Path $TestDrive 'master.key'
            New-CacheKitMasterKey -Path $path
            $env:CACHEKIT_MASTER_KEY = $null
            $env:CACHEKIT_MASTER_KEY_FILE = $path
            Invoke-SecureCached { 'value' } | Should -Be 'value'
        }

        It 'MasterKey: refuses a key file that others can read' -Skip:$IsWindows {
            $path = Join-Path $TestDrive 'open.key'
            New-CacheKitMasterKey -Path $path
            [IO.File]::SetUnixFileMode($path, 'UserRead, UserWrite, GroupRead')
            $env:CACHEKIT_MASTER_KEY = $null
            $env:CACHEKIT_MASTER_KEY_FILE = $path
            { Invoke-SecureCached { 1 } } | Should -Throw -ErrorId "KeyFileTooOpen,$commandType"
        }

        It 'Store: refuses the cache path "<Value>"' -ForEach @(
            @{ Value = 'relative/cache.db' }, @{ Value = ' ' }, @{ Value = [IO.Path]::GetTempPath() }
        ) {
            $env:CACHEKIT_CACHE_PATH = $Value
            { Invoke-SecureCached { 1 } } | Should -Throw -ErrorId "CachePathInvalid,$commandType"
        }
    }

    Context 'a broken cache' {
        It 'Store: runs the block with one warning when the directory cannot be written' {
            $file = Get-TestPath .txt
            [IO.File]::WriteAllText($file, 'not a directory')
            $env:CACHEKIT_CACHE_PATH = Join-Path $file 'cache.db'
            $warnings = @()
            Invoke-SecureCached -Key a { 'first' } -WarningVariable +warnings -WarningAction SilentlyContinue |
                Should -Be 'first'
            Invoke-SecureCached -Key b { 'second' } -WarningVariable +warnings -WarningAction SilentlyContinue |
                Should -Be 'second'
            $warnings.Count | Should -Be 1
            "$warnings" | Should -BeLike "*$file*"
        }

        It 'Store: sets a damaged database aside with a warning and goes on' {
            $damage = 'this is not a database, but it is long enough to look like a file' * 40
            [IO.File]::WriteAllText($env:CACHEKIT_CACHE_PATH, $damage)
            $warnings = $null
            Invoke-SecureCached -Key a { 'value' } -WarningVariable warnings -WarningAction SilentlyContinue |
                Should -Be 'value'
            $warnings.Count | Should -Be 1
            @(Get-DatabaseFile -Suffix '.corrupt-*').Count | Should -Be 1
            Invoke-SecureCached -Key a { 'other' } | Should -Be 'value'
        }

        It 'Store: creates a private file in a private directory' -Skip:$IsWindows {
            $directory = Get-TestPath
            $env:CACHEKIT_CACHE_PATH = Join-Path $directory 'cache.db'
            $null = Invoke-SecureCached { 1 }
            [int][IO.File]::GetUnixFileMode($env:CACHEKIT_CACHE_PATH) | Should -Be 0x180
            [int][IO.File]::GetUnixFileMode($directory) | Should -Be 0x1C0
        }

        It 'Store: contains neither value nor name in clear text' {
            $null = Invoke-SecureCached -Key 'a-telling-name' { 'a-telling-value' }
            foreach ($file in Get-DatabaseFile -Suffix '*') {
                Read-OpenFile -Path $file | Should -Not -Match 'telling'
            }
        }
    }

    Context 'completion' {
        It 'Completion: offers durations and namespaces' {
            $null = Invoke-SecureCached -Namespace completed-namespace { 1 }
            Get-CompletionText -Line 'Invoke-SecureCached -Ttl 5' | Should -Contain '5m'
            Get-CompletionText -Line 'Invoke-SecureCached -Namespace compl' | Should -Contain 'completed-namespace'
        }
    }
}
