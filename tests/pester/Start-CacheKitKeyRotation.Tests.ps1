#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    Import-Module CacheKit
    $script:old = 'aa' * 32
}

Describe 'Start-CacheKitKeyRotation' {
    It 'lets those who wait for a block take its result though a key is added meanwhile' {
        $session = New-CacheKitSession -Memory -MasterKey $script:old
        $null = Start-CacheKitKeyRotation -AsPrevious -Session $session
        Invoke-SecureCached -Session $session -Key token {
            $null = Start-CacheKitKeyRotation -Promote -Session $session
            'made under the first ring'
        } | Should -Be 'made under the first ring'
        Invoke-SecureCached -Session $session -Key token { 'run again' } | Should -Be 'made under the first ring'
    }

    It 'tells in the audit log that everything is removed with -Compromised' {
        $log = "$TestDrive/compromised.jsonl"
        $session = New-CacheKitSession -Memory -MasterKey $script:old -Tenant acme -AuditPath $log
        Set-CacheKitItem token 'a value' -Session $session
        Set-CacheKitItem token 'theirs' -Session $session -Tenant globex
        $null = Start-CacheKitKeyRotation -Compromised -Force -Session $session
        $lines = @(Get-CacheKitAuditLog -Path $log -MasterKey $script:old -Tenant acme)
        $lines.Event | Should -Be @('Seal', 'Seal', 'Cleared')
        Test-CacheKitItem token -Session $session | Should -BeFalse
        $before = New-CacheKitSession -Memory -MasterKey $script:old -Tenant acme
        $before.KeyFingerprint | Should -Not -Be $session.KeyFingerprint
        $session.PreviousKeys | Should -Be 0
    }
}
