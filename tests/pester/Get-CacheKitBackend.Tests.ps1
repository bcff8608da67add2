#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    Get-CacheKitBackend | Unregister-CacheKitBackend
    foreach ($name in 'beta', 'Alpha', 'alphabet') {
        Register-CacheKitBackend $name @emptyBackend
    }
    Register-CacheKitBackend Whole @emptyBackend -List { } -Lock $emptyBackend.Get -Unlock $emptyBackend.Remove
}

AfterAll {
    Get-CacheKitBackend | Unregister-CacheKitBackend
}

Describe 'Get-CacheKitBackend' {
    It 'Backend: returns all backends sorted by name' {
        (Get-CacheKitBackend).Name | Should -BeExactly @('Alpha', 'alphabet', 'beta', 'Whole')
    }

    It 'Backend: finds the backends that match <Pattern>' -ForEach @(
        @{ Pattern = 'ALPHA'; Expected = @('Alpha') }
        @{ Pattern = 'alpha*'; Expected = @('Alpha', 'alphabet') }
        @{ Pattern = '[bw]*'; Expected = @('beta', 'Whole') }
        @{ Pattern = @('beta', 'Whole'); Expected = @('beta', 'Whole') }
    ) {
        (Get-CacheKitBackend $Pattern).Name | Should -BeExactly $Expected
        ($Pattern | Get-CacheKitBackend).Name | Should -BeExactly $Expected
    }

    It 'Backend: shows the capabilities and the time of registration' {
        (Get-CacheKitBackend beta).Capabilities | Should -Be 'None'
        $whole = Get-CacheKitBackend Whole
        $whole.Capabilities | Should -Be 'List, Lock'
        $whole.Registered | Should -BeOfType [System.DateTimeOffset]
        $whole.Registered -le [System.DateTimeOffset]::Now | Should -BeTrue
    }

    It 'Backend: fails for an unknown name, but not for a pattern without a match' {
        $problems = $null
        Get-CacheKitBackend none -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -Be 'BackendNotFound,CacheKit.Commands.GetCacheKitBackendCommand'
        "$($problems[0])" | Should -Be "There is no backend 'none'; there are 'Alpha', 'alphabet', 'beta', 'Whole'."
        Get-CacheKitBackend none* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'Completion: offers the names of backends' {
        Get-CompletionText 'Get-CacheKitBackend al' | Should -BeExactly @('Alpha', 'alphabet')
    }
}
