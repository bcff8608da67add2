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

    It 'Backend: is unregistered by name in any case, without output' {
        Unregister-CacheKitBackend one, TWO | Should -BeNullOrEmpty
        (Get-CacheKitBackend).Name | Should -Be 'Three'
    }

    It 'Pipeline: unregisters names and backends' {
        'One' | Unregister-CacheKitBackend
        Get-CacheKitBackend T* | Unregister-CacheKitBackend
        Get-CacheKitBackend | Should -BeNullOrEmpty
    }

    It 'WhatIf: unregisters no backend' {
        Unregister-CacheKitBackend One -WhatIf
        Get-CacheKitBackend | Should -HaveCount 3
    }

    It 'Backend: reports an unknown name and goes on' {
        $problems = $null
        Unregister-CacheKitBackend none, One -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be "BackendNotFound,$commandType"
        (Get-CacheKitBackend).Name | Should -Be @('Three', 'Two')
    }

    It 'Backend: does not take a pattern as a name' {
        { Unregister-CacheKitBackend * -ErrorAction Stop } | Should -Throw -ErrorId "BackendNotFound,$commandType"
    }

    It 'Backend: is not found after its removal' {
        Unregister-CacheKitBackend One
        { New-CacheKitSession -Backend One } | Should -Throw "There is no backend 'One'; there are 'Three', 'Two'."
    }
}
