#Requires -Version 7.4
# What comes back of values that are not plain data.
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
    Initialize-TestEnvironment
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Values' {
    It 'Values: returns a file as its properties' {
        $path = Join-Path $TestDrive 'file.txt'
        Set-Content -Path $path -Value 'text'
        $null = Invoke-SecureCached -Key file -ArgumentList $path { param($p) Get-Item $p }
        $file = Invoke-SecureCached -Key file { throw 'not a hit' }
        $file.psobject.TypeNames[0] | Should -Be 'Deserialized.System.IO.FileInfo'
        $file.Name | Should -Be 'file.txt'
        $file.LastWriteTime | Should -BeOfType ([datetime])
        "$file" | Should -Be $path
    }

    It 'Values: returns the lines of Get-Content as text' {
        $path = Join-Path $TestDrive 'lines.txt'
        Set-Content -Path $path -Value 'one', 'two'
        $null = Invoke-SecureCached -Key lines -ArgumentList $path { param($p) Get-Content $p }
        $lines = Invoke-SecureCached -Key lines { throw 'not a hit' }
        $lines | Should -Be @('one', 'two')
        $lines[0] | Should -BeOfType ([string])
    }

    It 'Values: returns a class instance as its properties' {
        class Tide { [string] $Port = 'Kiel'; [int] $Height = 3; hidden [int] $Secret = 1 }
        $null = Invoke-SecureCached -Key class { [Tide]::new() }
        $tide = Invoke-SecureCached -Key class { throw 'not a hit' }
        $tide.psobject.TypeNames[0] | Should -BeLike 'Deserialized.*Tide'
        $tide.Port | Should -Be 'Kiel'
        $tide.Height | Should -Be 3
    }

    It 'Values: leaves out a property that throws' {
        $null = Invoke-SecureCached -Key throws {
            $object = [pscustomobject]@{ A = 1 }
            $object.psobject.Properties.Add([psscriptproperty]::new('Bad', { throw 'boom' }))
            $object.psobject.Properties.Add([psscriptproperty]::new('Good', { $this.A + 1 }))
            $object
        }
        $object = Invoke-SecureCached -Key throws { throw 'not a hit' }
        $object.psobject.Properties.Name | Should -Be @('A', 'Good')
        $object.Good | Should -Be 2
    }

    It 'Values: returns an XML document' {
        $null = Invoke-SecureCached -Key xml { [xml]'<a><b>text</b></a>' }
        (Invoke-SecureCached -Key xml { throw 'not a hit' }).a.b | Should -Be 'text'
    }

    It 'Values: returns a script block as its text' {
        $null = Invoke-SecureCached -Key block { { Get-Date } }
        Invoke-SecureCached -Key block { throw 'not a hit' } | Should -Be ' Get-Date '
    }

    It 'Values: keeps objects two levels deep and plain data at any depth' {
        $null = Invoke-SecureCached -Key deep {
            $inner = 1
            foreach ($i in 1..20) { $inner = @{ Inner = $inner } }
            [System.UriBuilder]::new('https://example.org/a')
            $inner
        }
        $builder, $table = Invoke-SecureCached -Key deep { throw 'not a hit' }
        $builder.Host | Should -Be 'example.org'
        foreach ($i in 1..20) { $table = $table.Inner }
        $table | Should -Be 1
    }

    It 'Values: does not cache <Name>' -ForEach @(
        @{ Name = 'a cycle'; Id = 'ValueTooDeep'; Make = { $a = [ordered]@{}; $a.Self = $a; , $a } }
        @{ Name = 'a deep graph'; Id = 'ValueTooDeep'; Make = { $a = 1; foreach ($i in 1..10000) { $a = , $a }; , $a } }
        @{ Name = 'a text of 600 MiB'; Id = 'ValueTooLarge'; Make = { 'x' * 600MB } }
        @{
            Name = 'an endless enumeration'
            Id   = 'ValueTooLarge'
            Make = { , [System.Linq.Enumerable]::Range(1, [int]::MaxValue) }
        }
    ) {
        $failures = $null
        $null = Invoke-SecureCached -Key $Name $Make -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
    }

    Context 'Dictionary keys of other types' {
        It 'Values: refuses dictionary keys whose texts are the same' {
            $table = @{ [object]::new() = 1; [object]::new() = 2 }
            $failure = $null
            $value = Invoke-SecureCached -Key 'equal texts' -Depth 0 { $table } -ErrorVariable failure `
                -ErrorAction SilentlyContinue
            $value.Count | Should -Be 2
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'ValueTypeUnsupported,*'
            Invoke-SecureCached -Key 'equal texts' { 'new' } -WarningVariable said | Should -Be 'new'
            $said.Count | Should -Be 0
        }

        It 'Values: returns dictionary keys of other types as their texts' {
            $table = @{ [Text.StringBuilder]::new('a') = 1; [Text.StringBuilder]::new('b') = 2 }
            $null = Invoke-SecureCached -Key 'other texts' -Depth 0 { $table }
            $hit = Invoke-SecureCached -Key 'other texts' { 'not a hit' }
            $hit['a'] | Should -Be 1
            $hit['b'] | Should -Be 2
        }
    }
}
