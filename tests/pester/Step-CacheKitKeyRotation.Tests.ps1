#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    Import-Module CacheKit
    $script:old = 'aa' * 32
    $script:new = 'bb' * 32

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

Describe 'Step-CacheKitKeyRotation' {
    BeforeEach {
        $database = "$TestDrive/$([guid]::NewGuid()).db"
        $before = New-CacheKitSession -Path $database -MasterKey $script:old -Tenant acme
        1..3 | ForEach-Object { Set-CacheKitItem "item $_" $_ -Session $before }
    }

    AfterEach {
        Remove-CacheKitSession $before
    }

    It 'moves what lies under the previous key, and nothing of another tenant' {
        Set-CacheKitItem 'item 1' 'theirs' -Session $before -Tenant globex
        $session = New-CacheKitSession -Path $database -MasterKey $script:new -PreviousMasterKey $script:old -Tenant acme
        $result = Step-CacheKitKeyRotation -Session $session
        $result.Tenant, $result.Moved, $result.Remaining | Should -Be @('acme', 3, 0)
        $only = New-CacheKitSession -Path $database -MasterKey $script:new -Tenant acme
        Get-CacheKitItem 'item 2' -Session $only | Should -Be 2
        Test-CacheKitItem 'item 1' -Session $only -Tenant globex | Should -BeFalse
        Get-CacheKitItem 'item 1' -Session $before -Tenant globex | Should -Be theirs
        (Step-CacheKitKeyRotation -Session $session).Moved | Should -Be 0
    }

    It 'moves nothing with -WhatIf' {
        $session = New-CacheKitSession -Path $database -MasterKey $script:new -PreviousMasterKey $script:old -Tenant acme
        Step-CacheKitKeyRotation -Session $session -WhatIf | Should -BeNullOrEmpty
        (Get-CacheKitKeyRotation -Session $session | Where-Object Role -EQ Previous).Entries | Should -Be 3
    }

    It 'is told in the audit log' {
        $log = "$TestDrive/step.jsonl"
        $session = New-CacheKitSession -Path $database -MasterKey $script:new -PreviousMasterKey $script:old -Tenant acme -AuditPath $log
        $null = Step-CacheKitKeyRotation -Session $session
        $lines = @(Get-CacheKitAuditLog -Session $session)
        $lines.Event | Should -Be Rotated
        $lines.Count | Should -Be 1
        (Test-CacheKitAuditLog -Session $session).IsIntact | Should -BeTrue
    }

    It 'opens nothing where a required audit log cannot be written' {
        [IO.File]::WriteAllText("$TestDrive/blocker", '')
        $session = New-CacheKitSession -Path $database -MasterKey $script:new -PreviousMasterKey $script:old -Tenant acme `
            -AuditPath "$TestDrive/blocker/audit.jsonl" -AuditRequired
        Get-ErrorId { Step-CacheKitKeyRotation -Session $session } | Should -Be AuditWriteFailed
        (Get-CacheKitKeyRotation -Session $session | Where-Object Role -EQ Previous).Entries | Should -Be 3
    }
}
