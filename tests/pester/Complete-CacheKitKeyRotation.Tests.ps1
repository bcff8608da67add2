#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    Import-Module CacheKit
    $script:variables = @(
        'CACHEKIT_MASTER_KEY', 'CACHEKIT_MASTER_KEY_FILE', 'CACHEKIT_PREVIOUS_MASTER_KEYS', 'CACHEKIT_MASTER_KEY_ROTATION'
        'CACHEKIT_CACHE_PATH', 'CACHEKIT_REDIS_URL', 'CACHEKIT_API_KEY', 'REDIS_URL'
    )
    $script:saved = @{}
    foreach ($name in $script:variables) {
        $script:saved[$name] = [Environment]::GetEnvironmentVariable($name)
    }

    $script:old = 'aa' * 32
    $script:new = 'bb' * 32
    $script:third = 'cc' * 32

    function Get-ErrorId {
        param([scriptblock] $Block)
        try {
            & $Block
        }
        catch {
            return ($_.FullyQualifiedErrorId -split ',')[0]
        }

        throw 'no error'
    }
}

AfterAll {
    foreach ($name in $script:variables) {
        [Environment]::SetEnvironmentVariable($name, $script:saved[$name] ?? [NullString]::Value)
    }
}

Describe 'Complete-CacheKitKeyRotation' {
    BeforeEach {
        foreach ($name in $script:variables) {
            [Environment]::SetEnvironmentVariable($name, [NullString]::Value)
        }

        $env:CACHEKIT_CACHE_PATH = "$TestDrive/$([guid]::NewGuid()).db"
        $env:CACHEKIT_MASTER_KEY = $script:old
        Set-CacheKitItem token 'a value'
        $env:CACHEKIT_MASTER_KEY = $script:new
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $script:old
    }

    It 'refuses while entries lie under previous keys, and drops the keys after Step' {
        Get-ErrorId { Complete-CacheKitKeyRotation } | Should -Be RotationIncomplete
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -Be $script:old
        (Step-CacheKitKeyRotation).Moved | Should -Be 1
        $null = Complete-CacheKitKeyRotation
        $env:CACHEKIT_MASTER_KEY | Should -Be $script:new
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -BeNullOrEmpty
        Get-CacheKitItem token | Should -Be 'a value'
    }

    It 'leaves keys alone that the environment names meanwhile' {
        Set-CacheKitItem token 'theirs' -Tenant globex
        $null = Step-CacheKitKeyRotation
        # The warning of the other tenant's entries comes after they were counted, and before the keys are dropped.
        $change = { $env:CACHEKIT_MASTER_KEY = $script:third; $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $script:new }
        Get-ErrorId { Complete-CacheKitKeyRotation 3>&1 | ForEach-Object { . $change } } | Should -Be KeyFileChanged
        $env:CACHEKIT_MASTER_KEY | Should -Be $script:third
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -Be $script:new
    }
}
