#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'Get-CacheKitKeyRotation' {
    BeforeEach {
        $session = New-CacheKitSession -Memory -MasterKey ('b2' * 32) -PreviousMasterKey ('a1' * 32)
    }

    AfterEach {
        Remove-CacheKitSession $session
    }

    It 'Rotation: counts the entries under each key' {
        1..4 | ForEach-Object { Set-CacheKitItem "item $_" $_ -Session $session }
        Set-CacheKitItem other 1 -Session $session -Tenant acme
        $rows = @(Get-CacheKitKeyRotation -Session $session)
        $rows.Role | Should -Be @('Current', 'Previous', 'Other')
        $rows.Entries | Should -Be @(4, 0, 1)
        $rows[0].KeyFingerprint | Should -Be $session.KeyFingerprint
        $rows[2].Tenant | Should -BeNullOrEmpty
        $rows = @(Get-CacheKitKeyRotation -Session $session -Tenant default, acme)
        $rows.Tenant | Should -Be @('default', 'default', 'acme', 'acme')
        $rows.Entries | Should -Be @(4, 0, 1, 0)
    }

    It 'Rotation: counts the entries of every namespace' {
        Set-CacheKitItem a 1 -Session $session -Namespace one
        Set-CacheKitItem a 1 -Session $session -Namespace two
        (Get-CacheKitKeyRotation -Session $session | Where-Object Role -EQ Current).Entries | Should -Be 2
    }

    It 'Rotation: shows the columns of its view' {
        $text = Get-CacheKitKeyRotation -Session $session | Out-String
        $text | Should -Match 'Tenant\s+KeyFingerprint\s+Role\s+Entries\s+InteropEntries'
    }

    It 'Rotation: fails for a closed session' {
        $closed = New-CacheKitSession -Memory -MasterKey ('a1' * 32)
        Remove-CacheKitSession $closed
        { Get-CacheKitKeyRotation -Session $closed } | Should -Throw -ErrorId 'SessionClosed,*'
    }
}
