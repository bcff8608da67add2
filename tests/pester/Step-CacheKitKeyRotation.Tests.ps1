#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $one = 'a1' * 32
    $two = 'b2' * 32

    function Get-Count {
        param($Role, $Tenant = 'default')
        $rows = Get-CacheKitKeyRotation -Tenant $Tenant | Where-Object { $_.Role -eq $Role }
        ($rows | Measure-Object Entries -Sum).Sum
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Step-CacheKitKeyRotation' {
    BeforeEach {
        Initialize-TestEnvironment
        $env:CACHEKIT_MASTER_KEY = $one
        1..30 | ForEach-Object { Set-CacheKitItem "item $_" "value $_" -Ttl 1h }
        $block = { param($x) "$x $([guid]::NewGuid())" }
        $made = Invoke-SecureCached -ArgumentList 7 $block
        $env:CACHEKIT_MASTER_KEY = $two
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $one
        $rotating = @{ Path = $env:CACHEKIT_CACHE_PATH; MasterKey = $two; PreviousMasterKey = $one }
    }

    It 'Rotation: moves all entries to the new key' {
        Get-Count Previous | Should -Be 31
        $result = Step-CacheKitKeyRotation
        $result | Should -BeOfType CacheKit.KeyRotationResult
        $result.Moved, $result.Remaining, $result.NotAuthentic, $result.Contended | Should -Be @(31, 0, 0, 0)
        Get-Count Previous | Should -Be 0
        Get-Count Current | Should -Be 31
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $null
        Get-CacheKitItem 'item 30' | Should -Be 'value 30'
        Invoke-SecureCached -ArgumentList 7 $block | Should -Be $made
    }

    It 'Rotation: finds nothing more to move and warns without a previous key' {
        $null = Step-CacheKitKeyRotation
        (Step-CacheKitKeyRotation).Moved | Should -Be 0
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $null
        (Step-CacheKitKeyRotation -WarningVariable warned -WarningAction SilentlyContinue).Moved | Should -Be 0
        "$warned" | Should -Match 'no previous key'
    }

    It 'WhatIf: moves no entry' {
        Step-CacheKitKeyRotation -WhatIf | Should -BeNullOrEmpty
        Get-Count Previous | Should -Be 31
    }

    It 'Rotation: keeps the expiry of an entry' {
        $before = (Get-CacheKitEntry 'item 5').Expires
        $null = Step-CacheKitKeyRotation
        $after = Get-CacheKitEntry 'item 5'
        $after.Expires | Should -Be $before
        $after.IsCurrentKey | Should -BeTrue
    }

    It 'Rotation: keeps an entry that was written meanwhile' {
        Set-CacheKitItem 'item 1' 'newer' -Ttl 1h
        $result = Step-CacheKitKeyRotation
        $result.Moved | Should -Be 30
        Get-CacheKitItem 'item 1' | Should -Be newer
        Get-Count Previous | Should -Be 0
    }

    It 'Tenant: moves entries of the given tenants only' {
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $null
        $env:CACHEKIT_MASTER_KEY = $one
        Set-CacheKitItem a 1 -Tenant acme
        Set-CacheKitItem b 2 -Tenant globex
        $env:CACHEKIT_MASTER_KEY = $two
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $one
        $results = Step-CacheKitKeyRotation -Tenant acme, acme
        $results | Should -HaveCount 1
        $results.Tenant, $results.Moved | Should -Be @('acme', 1)
        Get-Count Previous | Should -Be 31
        Get-Count Previous globex | Should -Be 1
        (Step-CacheKitKeyRotation -Tenant globex, default).Moved | Should -Be @(1, 31)
    }

    It 'Rotation: shows entries of an unknown old key as Other' {
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS = 'c3' * 32
        (Step-CacheKitKeyRotation).Moved | Should -Be 0
        Get-Count Other | Should -Be 31
        $env:CACHEKIT_PREVIOUS_MASTER_KEYS = "$('c3' * 32),$one"
        (Step-CacheKitKeyRotation).Moved | Should -Be 31
    }

    It 'Session: moves entries under the ring of a session' {
        $session = New-CacheKitSession @rotating
        (Step-CacheKitKeyRotation -Session $session -ThrottleLimit 2).Moved | Should -Be 31
        $rows = Use-CacheKitSession $session { Get-CacheKitKeyRotation }
        ($rows | Where-Object Role -EQ Current).Entries | Should -Be 31
        Remove-CacheKitSession $session
    }

    It 'Rotation: refuses <Name>' -ForEach @(
        @{ Name = 'a blank tenant'; Call = { Step-CacheKitKeyRotation -Tenant '' }; Id = 'TenantInvalid' }
        @{ Name = 'no tenant'; Call = { Step-CacheKitKeyRotation -Tenant @() }; Id = 'TenantInvalid' }
        @{
            Name = 'an interop namespace in upper case'
            Call = { Step-CacheKitKeyRotation -InteropNamespace Users }
            Id   = 'NamespaceInvalid'
        }
        @{
            Name = 'a ring with its own key among the previous ones'
            Call = {
                $env:CACHEKIT_PREVIOUS_MASTER_KEYS = 'B2' * 32
                Step-CacheKitKeyRotation
            }
            Id   = 'KeyRingInvalid'
        }
    ) {
        $Call | Should -Throw -ErrorId "$Id,CacheKit.Commands.StepCacheKitKeyRotationCommand"
    }

    It 'Interop: explains how to find shared entries that are not authentic' {
        $null = Invoke-Cached -Namespace shared -Interop clear { 'not sealed' }
        $warnings = $null
        $result = Step-CacheKitKeyRotation -InteropNamespace shared -WarningVariable warnings 3>$null
        $result.NotAuthentic | Should -Be 1
        "$warnings" | Should -Match 'interop namespaces are listed with -Raw'
        (Get-CacheKitEntry -Raw -Key shared:*).Format | Should -Be MessagePack
    }

    It 'Audit: records a rotation step' {
        $session = New-CacheKitSession @rotating -AuditPath "$TestDrive/step.jsonl"
        $null = Step-CacheKitKeyRotation -Session $session
        $lines = @(Get-CacheKitAuditLog -Session $session)
        $lines | Should -HaveCount 1
        $lines[0].Event, $lines[0].Count | Should -Be @('Rotated', 31)
        Remove-CacheKitSession $session
    }

    It 'Audit: moves nothing when the required log cannot be written' {
        [IO.File]::WriteAllText("$TestDrive/blocker", '')
        $session = New-CacheKitSession @rotating -AuditPath "$TestDrive/blocker/audit.jsonl" -AuditRequired
        { Step-CacheKitKeyRotation -Session $session } | Should -Throw -ErrorId 'AuditWriteFailed,*'
        Get-Count Previous | Should -Be 31
        Remove-CacheKitSession $session
    }
}
