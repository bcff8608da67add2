#Requires -Version 7.4
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSUseConsistentWhitespace', '', Justification = 'One block differs from another by its layout.')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSUseLiteralInitializerForHashtable', '', Justification = 'One hashtable differs from another by its comparer.')]
param()

Set-StrictMode -Version Latest

# Which values are the same value, seen from outside:
# those that give one key. What a block can distinguish must differ.

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
    Initialize-TestEnvironment
    $script:notDerivable = 'KeyNotDerivable,CacheKit.Commands.GetCacheKitKeyCommand'

    # The variable keeps the value as it is: nothing is unrolled on the way.
    function Get-Key {
        param([scriptblock] $Value)

        . $Value
        (Get-CacheKitKey { $x }).Key
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Value identity' {
    It 'Key: is the same for <Name>' -ForEach @(
        @{
            Name  = 'equal dictionaries'
            One   = { $x = [Collections.Generic.Dictionary[string, int]]::new(); $x['a'] = 1; $x['b'] = 2 }
            Other = { $x = [Collections.Generic.Dictionary[string, int]]::new(); $x['b'] = 2; $x['a'] = 1 }
        }
        @{
            Name  = 'equal sets'
            One   = { $x = [Collections.Generic.HashSet[string]]::new([string[]]('a', 'b')) }
            Other = { $x = [Collections.Generic.HashSet[string]]::new([string[]]('b', 'a')) }
        }
        @{
            Name  = 'equal lists'
            One   = { $x = [Collections.Generic.List[int]]::new([int[]](1, 2)) }
            Other = { $x = [Collections.Generic.List[int]]::new([int[]](1, 2)) }
        }
        @{
            Name  = 'equal patterns'
            One   = { $x = [regex]::new('a', 'IgnoreCase') }
            Other = { $x = [regex]::new('a', 'IgnoreCase') }
        }
        @{
            Name  = 'equal XML'
            One   = { $x = ([xml]'<a b="1"><c/></a>').DocumentElement }
            Other = { $x = ([xml]'<a b="1"><c/></a>').DocumentElement }
        }
        @{
            Name  = 'equal zones'
            One   = { $x = [TimeZoneInfo]::Utc }
            Other = { $x = [TimeZoneInfo]::FindSystemTimeZoneById('UTC') }
        }
        @{ Name = 'types'; One = { $x = [int] }; Other = { $x = [int] } }
        @{
            Name  = 'encodings'
            One   = { $x = [Text.UTF8Encoding]::new($true) }
            Other = { $x = [Text.UTF8Encoding]::new($true) }
        }
        @{ Name = 'database nulls'; One = { $x = [DBNull]::Value }; Other = { $x = [DBNull]::Value } }
        @{ Name = 'blocks of other layout'; One = { $x = { 1 + 1 } }; Other = { $x = {1   +   1 <# two #>} } }
        @{
            Name  = 'closures over equal values'
            One   = { $n = 1; $x = { $n }.GetNewClosure() }
            Other = { $n = 1; $x = { $n }.GetNewClosure() }
        }
        @{
            Name  = 'nested tables in another order'
            One   = { $x = @{ a = @{ b = 1; c = 2 }; d = 3 } }
            Other = { $x = @{ d = 3; a = @{ c = 2; b = 1 } } }
        }
        @{
            Name  = 'alias properties'
            One   = {
                $x = [pscustomobject]@{ a = 1 }
                $x.psobject.Members.Add([Management.Automation.PSAliasProperty]::new('b', 'a'))
            }
            Other = {
                $x = [pscustomobject]@{ a = 1 }
                $x.psobject.Members.Add([Management.Automation.PSAliasProperty]::new('b', 'a'))
            }
        }
    ) {
        Get-Key $One | Should -BeExactly (Get-Key $Other)
    }

    It 'Key: differs for <Name>' -ForEach @(
        @{
            Name  = 'items of a dictionary'
            One   = { $x = [Collections.Generic.Dictionary[string, int]]::new(); $x['a'] = 1 }
            Other = { $x = [Collections.Generic.Dictionary[string, int]]::new(); $x['a'] = 2 }
        }
        @{
            Name  = 'a dictionary and a table'
            One   = { $x = [Collections.Generic.Dictionary[string, int]]::new(); $x['a'] = 1 }
            Other = { $x = @{ a = 1 } }
        }
        @{
            Name  = 'order of an ordered table'
            One   = { $x = [ordered]@{ a = 1; b = 2 } }
            Other = { $x = [ordered]@{ b = 2; a = 1 } }
        }
        @{ Name = 'case of a key'; One = { $x = @{ a = 1 } }; Other = { $x = @{ A = 1 } } }
        @{ Name = 'comparers'; One = { $x = @{ a = 1 } }; Other = { $x = [hashtable]::new(); $x['a'] = 1 } }
        @{
            Name  = 'items of a set'
            One   = { $x = [Collections.Generic.HashSet[string]]::new([string[]]('a', 'b')) }
            Other = { $x = [Collections.Generic.HashSet[string]]::new([string[]]('a', 'c')) }
        }
        @{
            Name  = 'order of a queue'
            One   = { $x = [Collections.Queue]::new((1, 2)) }
            Other = { $x = [Collections.Queue]::new((2, 1)) }
        }
        @{ Name = 'shapes of arrays'; One = { $x = [int[, ]]::new(2, 3) }; Other = { $x = [int[, ]]::new(3, 2) } }
        @{ Name = 'types of arrays'; One = { $x = [int[]](1, 2) }; Other = { $x = [object[]](1, 2) } }
        @{
            Name  = 'options of patterns'
            One   = { $x = [regex]::new('a') }
            Other = { $x = [regex]::new('a', 'IgnoreCase') }
        }
        @{ Name = 'patterns'; One = { $x = [regex]'a' }; Other = { $x = [regex]'b' } }
        @{
            Name  = 'XML'
            One   = { $x = ([xml]'<a b="1"/>').DocumentElement }
            Other = { $x = ([xml]'<a b="2"/>').DocumentElement }
        }
        @{ Name = 'types'; One = { $x = [int] }; Other = { $x = [long] } }
        @{
            Name  = 'preambles'
            One   = { $x = [Text.UTF8Encoding]::new($true) }
            Other = { $x = [Text.UTF8Encoding]::new($false) }
        }
        @{ Name = 'database null and null'; One = { $x = [DBNull]::Value }; Other = { $x = $null } }
        @{ Name = 'nothing and null'; One = { $x = & { } }; Other = { $x = $null } }
        @{ Name = 'nothing and an empty object'; One = { $x = & { } }; Other = { $x = [pscustomobject]@{ } } }
        @{ Name = 'zeros'; One = { $x = 0.0 }; Other = { $x = -0.0 } }
        @{ Name = 'NaN and zero'; One = { $x = [double]::NaN }; Other = { $x = 0.0 } }
        @{ Name = 'blocks'; One = { $x = { 1 } }; Other = { $x = { 2 } } }
        @{ Name = 'a block and its text'; One = { $x = { 1 } }; Other = { $x = ' 1 ' } }
        @{ Name = 'variables of a block'; One = { $n = 1; $x = { $n } }; Other = { $n = 2; $x = { $n } } }
        @{
            Name  = 'variables of a closure'
            One   = { $n = 1; $x = { $n }.GetNewClosure() }
            Other = { $n = 2; $x = { $n }.GetNewClosure() }
        }
        @{
            Name  = 'variables of blocks in blocks'
            One   = { $n = 1; $y = { $n }; $x = { & $y } }
            Other = { $n = 2; $y = { $n }; $x = { & $y } }
        }
        @{
            Name  = 'targets of aliases'
            One   = {
                $x = [pscustomobject]@{ a = 1; c = 1 }
                $x.psobject.Members.Add([Management.Automation.PSAliasProperty]::new('b', 'a'))
            }
            Other = {
                $x = [pscustomobject]@{ a = 1; c = 1 }
                $x.psobject.Members.Add([Management.Automation.PSAliasProperty]::new('b', 'c'))
            }
        }
        @{
            Name  = 'order of properties'
            One   = { $x = [pscustomobject]@{ a = 1; b = 2 } }
            Other = { $x = [pscustomobject]@{ b = 2; a = 1 } }
        }
    ) {
        Get-Key $One | Should -Not -BeExactly (Get-Key $Other)
    }

    It 'Key: covers path, time and length of a file' {
        $path = [IO.Path]::GetFullPath((Join-Path $TestDrive 'file.txt'))
        [IO.File]::WriteAllText($path, 'one')
        $time = [datetime]::new(2024, 1, 1, 0, 0, 0, [DateTimeKind]::Utc)
        [IO.File]::SetLastWriteTimeUtc($path, $time)
        $file = [IO.FileInfo]::new($path)
        $key = (Get-CacheKitKey { $file }).Key
        $again = [IO.FileInfo]::new($path)
        $file = $again
        (Get-CacheKitKey { $file }).Key | Should -BeExactly $key

        # The object remembers what it saw; the block may open what is there now.
        [IO.File]::WriteAllText($path, 'other')
        [IO.File]::SetLastWriteTimeUtc($path, $time)
        $longer = (Get-CacheKitKey { $file }).Key
        $longer | Should -Not -BeExactly $key
        [IO.File]::SetLastWriteTimeUtc($path, $time.AddSeconds(1))
        (Get-CacheKitKey { $file }).Key | Should -Not -BeExactly $longer

        $file = [IO.DirectoryInfo]::new([IO.Path]::GetDirectoryName($path))
        (Get-CacheKitKey { $file }).Key | Should -BeExactly (Get-CacheKitKey { $file }).Key
    }

    It 'Key: covers a block that refers to itself' {
        $x = { param($n) if ($n) { & $x ($n - 1) } }
        $key = (Get-CacheKitKey { $x }).Key
        (Get-CacheKitKey { $x }).Key | Should -BeExactly $key
        $x = { param($n) if ($n) { & $x ($n - 2) } }
        (Get-CacheKitKey { $x }).Key | Should -Not -BeExactly $key
    }

    It 'Key: does not show a secret that a block closes over' {
        $secret = [securestring]::new()
        $secret.AppendChar('s')
        $x = { $secret }
        (Get-CacheKitKey { $x }).Components[1].Value | Should -BeNullOrEmpty
    }

    It 'Key: cannot be derived from <Name>' -ForEach @(
        @{ Name = 'a cycle'; Value = { $x = @{ }; $x['self'] = $x } }
        @{ Name = 'a cycle of lists'; Value = { $x = [Collections.ArrayList]::new(); $null = $x.Add($x) } }
        @{ Name = 'a cycle of objects'; Value = { $x = [pscustomobject]@{ self = $null }; $x.self = $x } }
        @{
            Name  = 'tables that share tables'
            Value = { $x = @{ }; foreach ($i in 1..60) { $x = @{ a = $x; b = $x } } }
        }
        @{ Name = 'a thread'; Value = { $x = [Threading.Thread]::CurrentThread } }
        @{
            Name  = 'a thread deep inside'
            Value = { $x = @{ a = @(1, [pscustomobject]@{ b = [Threading.Thread]::CurrentThread }) } }
        }
        @{
            Name  = 'a block that closes over a thread'
            Value = { $thread = [Threading.Thread]::CurrentThread; $x = { $thread }.GetNewClosure() }
        }
        @{
            Name  = 'a computed property'
            Value = {
                $x = [pscustomobject]@{ a = 1 }
                $x.psobject.Members.Add([Management.Automation.PSScriptProperty]::new('b', { 1 }))
            }
        }
        @{ Name = 'more than 64 MiB'; Value = { $x = [string]::new('x', 65MB) } }
    ) {
        { Get-Key $Value } | Should -Throw -ErrorId $notDerivable
    }
}
