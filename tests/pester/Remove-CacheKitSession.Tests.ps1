#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    Initialize-TestEnvironment
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Remove-CacheKitSession' {
    It 'Session: is closed by parameter and from the pipeline' {
        $sessions = 1..3 | ForEach-Object { New-CacheKitSession -Memory }
        Remove-CacheKitSession $sessions[0]
        $sessions.IsClosed | Should -Be @($true, $false, $false)
        $sessions | Remove-CacheKitSession
        $sessions.IsClosed | Should -Be @($true, $true, $true)
        { Invoke-SecureCached -Session $sessions[0] { 1 } } | Should -Throw -ErrorId 'SessionClosed,*'
    }

    It 'WhatIf: closes no session' {
        $session = New-CacheKitSession -Memory
        Remove-CacheKitSession $session -WhatIf
        $session.IsClosed | Should -BeFalse
        Remove-CacheKitSession $session
    }

    It 'Session: leaves its stored entries when it is closed' {
        $path = "$TestDrive/kept.db"
        $session = New-CacheKitSession -Path $path
        Invoke-SecureCached -Session $session -Key k { 'first' } | Should -Be first
        Remove-CacheKitSession $session
        Test-Path $path | Should -BeTrue
        $again = New-CacheKitSession -Path $path
        Invoke-SecureCached -Session $again -Key k { 'second' } | Should -Be first
        $again | Remove-CacheKitSession
    }

    It 'Session: is closed after the call that uses it' {
        $session = New-CacheKitSession -Memory
        $seen = Invoke-SecureCached -Session $session -Key k {
            Remove-CacheKitSession $session
            'the result'
        }
        $seen | Should -Be 'the result'
        $session.IsClosed | Should -BeTrue
    }
}
