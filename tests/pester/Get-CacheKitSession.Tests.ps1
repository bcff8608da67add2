#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Get-CacheKitSession' {
    BeforeEach {
        Initialize-TestEnvironment
        $env:CACHEKIT_MASTER_KEY = 'ab' * 32
    }

    It 'Session: shows what the environment configures' {
        $session = Get-CacheKitSession
        $session | Should -BeOfType CacheKit.CacheKitSession
        $session.IsImplicit | Should -BeTrue
        $session.Store | Should -Match ([regex]::Escape($env:CACHEKIT_CACHE_PATH))
        $session.Tenant | Should -Be default
        $session.KeyFingerprint | Should -Be (Test-CacheKitMasterKey -Detailed).Fingerprint
        $session.PreviousKeys | Should -Be 0
        Test-Path $env:CACHEKIT_CACHE_PATH | Should -BeFalse
    }

    It 'Session: follows the environment' {
        $before = Get-CacheKitSession
        $env:CACHEKIT_MASTER_KEY = 'cd' * 32
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS = 'ab' * 32
        $after = Get-CacheKitSession
        $after.KeyFingerprint | Should -Not -Be $before.KeyFingerprint
        $after.PreviousKeys | Should -Be 1
    }

    It 'MasterKey: shows a session without a usable key' {
        $env:CACHEKIT_MASTER_KEY = 'not a key'
        (Get-CacheKitSession).KeyFingerprint | Should -BeNullOrEmpty
    }

    It 'Store: fails when the cache path is invalid' {
        $env:CACHEKIT_CACHE_PATH = 'relative.db'
        { Get-CacheKitSession } | Should -Throw -ErrorId 'CachePathInvalid,CacheKit.Commands.GetCacheKitSessionCommand'
    }

    It 'Session: returns the default session of the runspace until it is closed' {
        $session = New-CacheKitSession -Memory -Tenant home -AsDefault
        try {
            Get-CacheKitSession | Should -Be $session
            Invoke-SecureCached -Key token { 'in memory' } | Should -Be 'in memory'
            Invoke-SecureCached -Session $session -Key token { 'not run' } | Should -Be 'in memory'
            Use-CacheKitSession -Tenant acme { (Get-CacheKitSession).Store } | Should -Be $session.Store
            $other = [powershell]::Create([initialsessionstate]::CreateDefault2())
            $other.AddScript('Import-Module CacheKit; (Get-CacheKitSession).IsImplicit').Invoke() | Should -BeTrue
            $other.Dispose()
            $next = New-CacheKitSession -Memory -Tenant other -AsDefault
            (Get-CacheKitSession).Tenant | Should -Be other
            Remove-CacheKitSession $next
        }
        finally {
            Remove-CacheKitSession $session
        }

        (Get-CacheKitSession).IsImplicit | Should -BeTrue
    }

    It 'Session: returns every open session with -All' {
        $one = New-CacheKitSession -Memory -Tenant one
        $two = New-CacheKitSession -Memory -Tenant two
        $all = Get-CacheKitSession -All
        $all | Should -Contain $one
        $all | Should -Contain $two
        $one, $two | Remove-CacheKitSession
        $all = @(Get-CacheKitSession -All)
        $all | Should -Not -Contain $one
        $all | Should -Not -Contain $two
    }

    It 'Session: never shows a key' {
        $text = Get-CacheKitSession | Format-List * | Out-String
        $text | Should -Not -Match 'abab'
        $text | Should -Match 'default'
    }
}
