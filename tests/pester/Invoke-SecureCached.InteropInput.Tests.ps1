#Requires -Version 7.4
# Input objects of Invoke-SecureCached -Interop, and what it has in common with calls of PowerShell alone.
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.InvokeSecureCachedCommand'
    $master = 'ab' * 32
}

Describe 'Invoke-SecureCached -Interop in a database' {
    BeforeEach {
        [CacheKitTest.Counter]::Reset()
        $path = Get-TestPath .db
        $session = New-CacheKitSession -Path $path -MasterKey $master
        $call = @{ Session = $session; Interop = 'get_user'; Namespace = 'users' }
    }

    AfterEach {
        $session.Dispose()
    }

    It 'Pipeline: looks up interop entries in batches and returns results in order' {
        $first = 1..300 | Invoke-SecureCached @call { [CacheKitTest.Counter]::Add(); $_ * 2 }
        $again = 1..300 | Invoke-SecureCached @call { [CacheKitTest.Counter]::Add(); 'not run' }
        $first | Should -Be (1..300 | ForEach-Object { $_ * 2 })
        $again | Should -Be $first
        [CacheKitTest.Counter]::Count | Should -Be 300
    }

    It 'Pipeline: takes arrays and null as one argument each' {
        $rows = @(1, 2), @(), $null
        $null = $rows | Invoke-SecureCached @call { 'a row' }
        foreach ($row in $rows) {
            Test-CacheKitItem @call -ArgumentList (, $row) | Should -BeTrue
        }
        Invoke-SecureCached @call -InputObject (1, 2) { 'not run' } | Should -Be 'a row'
    }

    It 'Pipeline: refuses an input object together with -ArgumentList: <Case>' -ForEach @(
        @{
            Case    = 'from the pipeline'
            Attempt = { 1, 2 | Invoke-SecureCached @call -ArgumentList 1 { [CacheKitTest.Counter]::Add() } }
        }
        @{
            Case    = 'as a parameter'
            Attempt = { Invoke-SecureCached @call -InputObject 1 -ArgumentList 1 { [CacheKitTest.Counter]::Add() } }
        }
        @{
            Case    = 'an empty list'
            Attempt = { 1 | Invoke-SecureCached @call -ArgumentList @() { [CacheKitTest.Counter]::Add() } }
        }
    ) {
        $Attempt | Should -Throw -ErrorId "ParameterConflict,$commandType"
        [CacheKitTest.Counter]::Count | Should -Be 0
    }

    It 'Interop: does not make the block part of the key' {
        Invoke-SecureCached @call -ArgumentList 42 { param($Id) "user $Id" } | Should -Be 'user 42'
        Invoke-SecureCached @call -ArgumentList 42 { [CacheKitTest.Counter]::Add() } | Should -Be 'user 42'
        Invoke-SecureCached @call -ArgumentList '42' { 'of a text' } | Should -Be 'of a text'
        Invoke-SecureCached @call -ArgumentList 42.0 { [CacheKitTest.Counter]::Add() } | Should -Be 'user 42'
        [CacheKitTest.Counter]::Count | Should -Be 0
    }

    It 'Interop: finds what another session stored, with the names in the order of the document' {
        $null = Invoke-SecureCached @call { [ordered] @{ b = 1; a = 2 } }
        $session.Dispose()
        $call['Session'] = New-CacheKitSession -Path $path -MasterKey $master
        (Invoke-SecureCached @call { [CacheKitTest.Counter]::Add() }).PSObject.Properties.Name | Should -Be @('a', 'b')
        @((Invoke-SecureCached @call -AsHashtable { [CacheKitTest.Counter]::Add() }).Keys) | Should -Be @('a', 'b')
        [CacheKitTest.Counter]::Count | Should -Be 0
        $call['Session'].Dispose()
    }

    It 'Ttl: computes the time to live of an interop entry from the result' {
        $null = Invoke-SecureCached @call -Ttl { $_.left } { [pscustomobject] @{ left = 0 } }
        Test-CacheKitItem @call | Should -BeFalse
        $null = Invoke-SecureCached @call -Ttl { $_.left } { [pscustomobject] @{ left = 60 } }
        Test-CacheKitItem @call | Should -BeTrue
    }

    It 'Errors: does not cache an interop result of a block that wrote an error' {
        Invoke-SecureCached @call { Write-Error 'no'; 1 } -ErrorAction SilentlyContinue | Should -Be 1
        Invoke-SecureCached @call { 2 } | Should -Be 2
    }

    It 'SingleFlight: does not wait for itself' {
        { Invoke-SecureCached @call { Invoke-SecureCached @call { 1 } } -WarningAction SilentlyContinue } |
            Should -Throw -ErrorId "RecursiveKey,$commandType"
    }
}
