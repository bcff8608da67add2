#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"

    function Get-Row {
        param($Rows, $Check)
        $found = @($Rows | Where-Object { $_.Check -eq $Check })
        $found | Should -HaveCount 1
        $found[0]
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Test-CacheKitSession' {
    BeforeEach {
        Initialize-TestEnvironment
        $env:CACHEKIT_MASTER_KEY = 'ab' * 32
        $env:CACHEKIT_CACHE_PATH = "$TestDrive/store/environment.db"
    }

    It 'Session: passes all checks for what the environment configures' {
        $rows = Test-CacheKitSession
        $rows.Status | Where-Object { $_ -notin 'Passed', 'Skipped' } | Should -BeNullOrEmpty
        $checks = 'MasterKey', 'Store', 'Connection', 'ReadWrite', 'Lock', 'Listing', 'Permissions', 'MemoryTier'
        foreach ($check in $checks) {
            (Get-Row $rows $check).Detail | Should -Not -BeNullOrEmpty
        }
        (Get-Row $rows Store).Detail | Should -Match 'environment\.db.*CACHEKIT_CACHE_PATH'
        Test-CacheKitSession -Quiet | Should -BeTrue
    }

    It 'Pipeline: tests each session' {
        $sessions = (New-CacheKitSession -Memory), (New-CacheKitSession -Path "$TestDrive/piped.db")
        $rows = $sessions | Test-CacheKitSession
        ($rows | Where-Object Check -EQ Store).Detail | Should -HaveCount 2
        $sessions | Test-CacheKitSession -Quiet | Should -Be @($true, $true)
        Test-CacheKitSession $sessions[0] -Quiet | Should -BeTrue
    }

    It 'MasterKey: is shown as a fingerprint only' {
        $expected = (Test-CacheKitMasterKey -Detailed).Fingerprint
        $row = Get-Row (Test-CacheKitSession) MasterKey
        $row.Detail | Should -Match "CACHEKIT_MASTER_KEY.*$expected"
        $row.Detail | Should -Not -Match 'abab'
        $session = New-CacheKitSession -Memory -MasterKey ('5a' * 32)
        $row = Get-Row (Test-CacheKitSession $session) MasterKey
        $row.Detail | Should -Match '-MasterKey, fingerprint [0-9a-f]{32}'
        $row.Detail | Should -Not -Match $expected
    }

    It 'MasterKey: fails the check when it is unusable' {
        $env:CACHEKIT_MASTER_KEY = 'ab'
        $row = Get-Row (Test-CacheKitSession) MasterKey
        $row.Status | Should -Be 'Failed'
        $row.Advice | Should -Not -BeNullOrEmpty
        Test-CacheKitSession -Quiet | Should -BeFalse
    }

    It 'Store: fails the check without an error when it cannot be reached' {
        $session = New-CacheKitSession -Redis '127.0.0.1:1' -ConnectTimeout 500ms -OperationTimeout 500ms
        $problems = $null
        $rows = Test-CacheKitSession $session -ErrorVariable problems
        $problems | Should -HaveCount 0
        $row = Get-Row $rows Connection
        $row.Status | Should -Be 'Failed'
        $row.Detail | Should -Match '127\.0\.0\.1:1'
        $row.Advice | Should -Not -BeNullOrEmpty
        (Get-Row $rows ReadWrite).Status | Should -Be 'Skipped'
        Test-CacheKitSession $session -Quiet | Should -BeFalse
    }

    It 'Store: fails the check when the environment chooses two stores' {
        $env:CACHEKIT_REDIS_URL = 'redis://ada:p4ssword@cache.example'
        $row = Get-Row (Test-CacheKitSession) Store
        $row.Status | Should -Be 'Failed'
        $row.Detail | Should -Match 'CACHEKIT_REDIS_URL and CACHEKIT_CACHE_PATH'
        "$row $($row.Advice)" | Should -Not -Match 'p4ssword'
        Test-CacheKitSession -Quiet | Should -BeFalse
    }

    It 'Store: warns about a variable that is not used' {
        $env:CACHEKIT_CACHE_PATH = $null
        $env:REDIS_URL = 'redis://127.0.0.1:1'
        $env:CACHEKIT_API_KEY = 'p4ssword'
        $rows = Test-CacheKitSession
        (Get-Row $rows Store).Detail | Should -Match 'chosen by REDIS_URL'
        $row = Get-Row $rows Choice
        $row.Status | Should -Be 'Warning'
        $row.Detail | Should -Match 'CACHEKIT_API_KEY'
        "$row $($row.Advice)" | Should -Not -Match 'p4ssword'
    }

    It 'Store: warns about a directory that others can write to' -Skip:$IsWindows {
        $session = New-CacheKitSession -Path "$TestDrive/open/open.db"
        (Get-Row (Test-CacheKitSession $session) Permissions).Status | Should -Be 'Passed'
        [System.IO.File]::SetUnixFileMode("$TestDrive/open", 'UserRead, UserWrite, UserExecute, OtherWrite')
        $row = Get-Row (Test-CacheKitSession $session) Permissions
        $row.Status | Should -Be 'Warning'
        $row.Detail | Should -Match '0702'
        $row.Advice | Should -Match 'chmod go-w'
    }

    It 'Backend: fails the check when it loses entries' {
        Register-CacheKitBackend -Name Forgetful @emptyBackend
        try {
            $rows = Test-CacheKitSession (New-CacheKitSession -Backend Forgetful)
            (Get-Row $rows Connection).Status | Should -Be 'Passed'
            (Get-Row $rows ReadWrite).Status | Should -Be 'Failed'
            (Get-Row $rows Lock).Status | Should -Be 'Warning'
            (Get-Row $rows Listing).Status | Should -Be 'Skipped'
        }
        finally {
            Unregister-CacheKitBackend -Name Forgetful
        }
    }

    It 'Session: leaves no entry in the store after the checks' {
        $session = New-CacheKitSession -Path "$TestDrive/clean.db"
        $null = Invoke-Cached -Session $session -Key one { 1 }
        $null = Test-CacheKitSession $session
        Read-OpenFile "$TestDrive/clean.db" | Should -Not -Match 'ck:-:health'
    }

    It 'Session: reports how much it keeps in memory' {
        (Get-Row (Test-CacheKitSession (New-CacheKitSession -NoMemoryTier)) MemoryTier).Detail | Should -Match 'none'
        (Get-Row (Test-CacheKitSession (New-CacheKitSession -MemoryLimit 8MB)) MemoryTier).Detail | Should -Match '8 MB'
    }

    It 'Session: fails when it is closed' {
        $session = New-CacheKitSession -Memory
        $session.Dispose()
        { Test-CacheKitSession $session } |
            Should -Throw -ErrorId 'SessionClosed,CacheKit.Commands.TestCacheKitSessionCommand'
    }
}
