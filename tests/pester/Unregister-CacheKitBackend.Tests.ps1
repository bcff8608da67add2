#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    Get-CacheKitBackend | Unregister-CacheKitBackend
    $commandType = 'CacheKit.Commands.UnregisterCacheKitBackendCommand'
}

Describe 'Unregister-CacheKitBackend' {
    BeforeEach {
        foreach ($name in 'One', 'Two', 'Three') {
            Register-CacheKitBackend $name @emptyBackend -Force
        }
    }

    AfterEach {
        Get-CacheKitBackend | Unregister-CacheKitBackend
    }

    It 'removes by name, of any case, and writes nothing' {
        Unregister-CacheKitBackend one, TWO | Should -BeNullOrEmpty
        (Get-CacheKitBackend).Name | Should -Be 'Three'
    }

    It 'takes names and backends from the pipeline' {
        'One' | Unregister-CacheKitBackend
        Get-CacheKitBackend T* | Unregister-CacheKitBackend
        Get-CacheKitBackend | Should -BeNullOrEmpty
    }

    It 'removes nothing under -WhatIf' {
        Unregister-CacheKitBackend One -WhatIf
        Get-CacheKitBackend | Should -HaveCount 3
    }

    It 'says that there is none of a name, and goes on' {
        $problems = $null
        Unregister-CacheKitBackend none, One -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be "BackendNotFound,$commandType"
        (Get-CacheKitBackend).Name | Should -Be @('Three', 'Two')
    }

    It 'does not take a pattern for a name' {
        { Unregister-CacheKitBackend * -ErrorAction Stop } | Should -Throw -ErrorId "BackendNotFound,$commandType"
    }

    It 'makes the name free' {
        Unregister-CacheKitBackend One
        { New-CacheKitSession -Backend One } | Should -Throw "There is no backend 'One'; there are 'Three', 'Two'."
    }
}
