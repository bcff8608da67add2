#Requires -Version 7.4
# Input objects of Invoke-SecureCached -Interop, and what it has in common with calls of PowerShell alone.
Set-StrictMode -Version Latest

BeforeAll {
    Import-Module CacheKit
    $commandType = 'CacheKit.Commands.InvokeSecureCachedCommand'
    $master = 'ab' * 32

    # Counts the runs of a block without being a variable that the block reads.
    function Add-Run {
        $script:runs++
    }
}

Describe 'Invoke-SecureCached -Interop in a database' {
    BeforeEach {
        $script:runs = 0
        $path = "$TestDrive/$([guid]::NewGuid()).db"
        $session = New-CacheKitSession -Path $path -MasterKey $master
        $call = @{ Session = $session; Interop = 'get_user'; Namespace = 'users' }
    }

    AfterEach {
        $session.Dispose()
    }

    It 'looks input objects up in batches, and gives their results in order' {
        $first = 1..300 | Invoke-SecureCached @call { Add-Run; $_ * 2 }
        $again = 1..300 | Invoke-SecureCached @call { Add-Run; 'not run' }
        $first | Should -Be (1..300 | ForEach-Object { $_ * 2 })
        $again | Should -Be $first
        $script:runs | Should -Be 300
    }

    It 'takes arrays and null as the argument that they are' {
        $rows = @(1, 2), @(), $null
        $null = $rows | Invoke-SecureCached @call { 'a row' }
        foreach ($row in $rows) {
            Test-CacheKitItem @call -ArgumentList (, $row) | Should -BeTrue
        }
        Invoke-SecureCached @call -InputObject (1, 2) { 'not run' } | Should -Be 'a row'
    }

    It 'refuses an input object beside arguments: <Case>' -ForEach @(
        @{ Case = 'from the pipeline'; Attempt = { 1, 2 | Invoke-SecureCached @call -ArgumentList 1 { Add-Run } } }
        @{ Case = 'as a parameter'; Attempt = { Invoke-SecureCached @call -InputObject 1 -ArgumentList 1 { Add-Run } } }
        @{ Case = 'an empty list'; Attempt = { 1 | Invoke-SecureCached @call -ArgumentList @() { Add-Run } } }
    ) {
        $Attempt | Should -Throw -ErrorId "ParameterConflict,$commandType"
        $script:runs | Should -Be 0
    }

    It 'has no part of the block in the key' {
        Invoke-SecureCached @call -ArgumentList 42 { param($Id) "user $Id" } | Should -Be 'user 42'
        Invoke-SecureCached @call -ArgumentList 42 { Add-Run } | Should -Be 'user 42'
        Invoke-SecureCached @call -ArgumentList '42' { 'of a text' } | Should -Be 'of a text'
        Invoke-SecureCached @call -ArgumentList 42.0 { Add-Run } | Should -Be 'user 42'
        $script:runs | Should -Be 0
    }

    It 'finds what another session has stored, with the names in the order of the entry' {
        $null = Invoke-SecureCached @call { [ordered] @{ b = 1; a = 2 } }
        $session.Dispose()
        $call['Session'] = New-CacheKitSession -Path $path -MasterKey $master
        (Invoke-SecureCached @call { Add-Run }).PSObject.Properties.Name | Should -Be @('a', 'b')
        @((Invoke-SecureCached @call -AsHashtable { Add-Run }).Keys) | Should -Be @('a', 'b')
        $script:runs | Should -Be 0
        $call['Session'].Dispose()
    }

    It 'lets the result say how long it lives' {
        $null = Invoke-SecureCached @call -Ttl { $_.left } { [pscustomobject] @{ left = 0 } }
        Test-CacheKitItem @call | Should -BeFalse
        $null = Invoke-SecureCached @call -Ttl { $_.left } { [pscustomobject] @{ left = 60 } }
        Test-CacheKitItem @call | Should -BeTrue
    }

    It 'does not cache what came with an error' {
        Invoke-SecureCached @call { Write-Error 'no'; 1 } -ErrorAction SilentlyContinue | Should -Be 1
        Invoke-SecureCached @call { 2 } | Should -Be 2
    }

    It 'does not wait for itself' {
        { Invoke-SecureCached @call { Invoke-SecureCached @call { 1 } } -WarningAction SilentlyContinue } |
            Should -Throw -ErrorId "RecursiveKey,$commandType"
    }
}
