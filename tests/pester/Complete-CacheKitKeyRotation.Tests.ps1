#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Complete-CacheKitKeyRotation' {
    BeforeEach {
        Initialize-TestEnvironment
        $env:CACHEKIT_MASTER_KEY = 'a1' * 32
        1..3 | ForEach-Object { Set-CacheKitItem "item $_" $_ -Ttl 1h }
        $null = Start-CacheKitKeyRotation ('b2' * 32)
    }

    It 'Rotation: refuses to complete while entries remain, and gives their number and key' {
        $old = (Get-CacheKitKeyRotation | Where-Object Role -EQ Previous).KeyFingerprint
        { Complete-CacheKitKeyRotation } | Should -Throw "3 entries*$old*" -ErrorId 'RotationIncomplete,*'
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -Be ('a1' * 32)
    }

    It 'Rotation: drops the old key when no entry is left under it' {
        $null = Step-CacheKitKeyRotation
        Complete-CacheKitKeyRotation -WhatIf | Should -BeNullOrEmpty
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -Be ('a1' * 32)
        $change = Complete-CacheKitKeyRotation
        $change.PreviousKeyFingerprints | Should -HaveCount 0
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -BeNullOrEmpty
        $env:CACHEKIT_MASTER_KEY | Should -Be ('b2' * 32)
        Get-CacheKitItem 'item 2' | Should -Be 2
    }

    It 'Rotation: drops the old key anyway with -Force' {
        $null = Complete-CacheKitKeyRotation -Force
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -BeNullOrEmpty
        Test-CacheKitItem 'item 2' | Should -BeFalse
    }

    It 'Rotation: warns about tenants that it did not check' {
        Set-CacheKitItem other 1 -Tenant acme
        $null = Step-CacheKitKeyRotation
        $null = Complete-CacheKitKeyRotation -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match '^1 encrypted entries .* -Tenant'
    }

    It 'Rotation: warns and does nothing when no rotation is running' {
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $null
        Complete-CacheKitKeyRotation -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -Match 'no rotation to complete'
    }

    It 'Rotation: leaves keys alone that the environment has changed meanwhile' {
        Set-CacheKitItem other 1 -Tenant acme
        $null = Step-CacheKitKeyRotation
        # The warning of the other tenant's entries comes after the count, and before the keys are dropped.
        $change = { $env:CACHEKIT_MASTER_KEY = 'c3' * 32; $env:CACHEKIT_PREVIOUS_MASTER_KEYS = 'b2' * 32 }
        { Complete-CacheKitKeyRotation 3>&1 | ForEach-Object { . $change } } | Should -Throw -ErrorId 'KeyFileChanged,*'
        $env:CACHEKIT_MASTER_KEY | Should -Be ('c3' * 32)
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -Be ('b2' * 32)
    }
}
