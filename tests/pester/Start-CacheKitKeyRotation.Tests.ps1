#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Start-CacheKitKeyRotation' {
    BeforeEach {
        Initialize-TestEnvironment
    }

    Context 'with keys in variables' {
        BeforeEach {
            $env:CACHEKIT_MASTER_KEY = 'a1' * 32
            Set-CacheKitItem kept 'a value' -Ttl 1h
        }

        It 'Rotation: sets the variables of this process and returns the new key' {
            $change = Start-CacheKitKeyRotation
            $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -Be ('a1' * 32)
            $env:CACHEKIT_MASTER_KEY | Should -Match '^[0-9a-f]{64}$'
            ConvertFrom-Secret $change.NewMasterKey | Should -Be $env:CACHEKIT_MASTER_KEY
            $change.Source | Should -Be CACHEKIT_MASTER_KEY
            $change.PreviousKeyFingerprints | Should -HaveCount 1
            "$($change.NextSteps)" | Should -Match 'Deploy.*Step-CacheKitKeyRotation.*Complete-CacheKitKeyRotation'
            Get-CacheKitItem kept | Should -Be 'a value'
            $change | Format-List * | Out-String | Should -Not -Match $env:CACHEKIT_MASTER_KEY
        }

        It 'Rotation: accepts a key as <Form>' -ForEach @(
            @{ Form = 'text'; Make = { 'c3' * 32 } }
            @{ Form = 'bytes'; Make = { , [byte[]](@(0xC3) * 32) } }
            @{ Form = 'a SecureString'; Make = { ConvertTo-Secret ('c3' * 32) } }
        ) {
            $null = Start-CacheKitKeyRotation -NewMasterKey (& $Make)
            $env:CACHEKIT_MASTER_KEY | Should -Be ('c3' * 32)
        }

        It 'Rotation: turns the rotation variable into two variables' {
            $env:CACHEKIT_MASTER_KEY_ROTATION = 'c3' * 32
            $null = Start-CacheKitKeyRotation ('d4' * 32)
            $env:CACHEKIT_MASTER_KEY_ROTATION | Should -BeNullOrEmpty
            $env:CACHEKIT_MASTER_KEY | Should -Be ('d4' * 32)
            $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -Be "$('c3' * 32),$('a1' * 32)"
        }

        It 'WhatIf: starts no rotation' {
            Start-CacheKitKeyRotation -WhatIf | Should -BeNullOrEmpty
            Start-CacheKitKeyRotation -Compromised -Force -WhatIf | Should -BeNullOrEmpty
            $env:CACHEKIT_MASTER_KEY | Should -Be ('a1' * 32)
            Get-CacheKitItem kept | Should -Be 'a value'
        }

        It 'Rotation: adds a key as previous first and promotes it later' {
            $null = Start-CacheKitKeyRotation -AsPrevious ('c3' * 32)
            $env:CACHEKIT_MASTER_KEY | Should -Be ('a1' * 32)
            $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -Be ('c3' * 32)
            (Start-CacheKitKeyRotation -Promote).NewMasterKey | Should -BeNullOrEmpty
            $env:CACHEKIT_MASTER_KEY | Should -Be ('c3' * 32)
            $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -Be ('a1' * 32)
            Get-CacheKitItem kept | Should -Be 'a value'
        }

        It 'Rotation: does not go backwards' {
            $null = Start-CacheKitKeyRotation
            $before = $env:CACHEKIT_MASTER_KEY
            { Start-CacheKitKeyRotation -Promote } |
                Should -Throw '*has encrypted before*' -ErrorId 'RotationBackwards,*'
            { Start-CacheKitKeyRotation ('A1' * 32) } | Should -Throw '*forward only*' -ErrorId 'KeyRingInvalid,*'
            { Start-CacheKitKeyRotation -AsPrevious $before.ToUpper() } | Should -Throw -ErrorId 'KeyRingInvalid,*'
            $env:CACHEKIT_MASTER_KEY | Should -Be $before
        }

        It 'Rotation: does not go backwards for any tenant that is given' {
            Set-CacheKitItem -Tenant acme theirs 1
            Clear-CacheKit -Force
            $null = Start-CacheKitKeyRotation
            $before = $env:CACHEKIT_MASTER_KEY
            { Start-CacheKitKeyRotation -Promote -Tenant default, acme } |
                Should -Throw "1 entry of the tenant 'acme'*" -ErrorId 'RotationBackwards,*'
            $env:CACHEKIT_MASTER_KEY | Should -Be $before
        }

        It 'Rotation: refuses more than three previous keys' {
            1..3 | ForEach-Object { $null = Start-CacheKitKeyRotation }
            { Start-CacheKitKeyRotation } | Should -Throw '*the limit*' -ErrorId 'KeyRingInvalid,*'
            Get-CacheKitItem kept | Should -Be 'a value'
        }

        It 'Rotation: removes all entries of a compromised key' {
            Set-CacheKitItem other 1 -Tenant acme
            $change = Start-CacheKitKeyRotation -Compromised -Force -Tenant default, acme
            $env:CACHEKIT_PREVIOUS_MASTER_KEYS | Should -BeNullOrEmpty
            $change.PreviousKeyFingerprints | Should -HaveCount 0
            Test-CacheKitItem kept | Should -BeFalse
            $env:CACHEKIT_MASTER_KEY = 'a1' * 32
            Test-CacheKitItem kept | Should -BeFalse
            Test-CacheKitItem other -Tenant acme | Should -BeFalse
        }

        It 'Rotation: keeps to the store it began with, whatever the environment says meanwhile' {
            $path = $env:CACHEKIT_CACHE_PATH
            $change = & { $env:CACHEKIT_CACHE_PATH = Join-Path -Path $TestDrive -ChildPath other.db } |
                Start-CacheKitKeyRotation -Compromised -Force
            $change.PreviousKeyFingerprints | Should -HaveCount 0
            $env:CACHEKIT_CACHE_PATH = $path
            $env:CACHEKIT_MASTER_KEY = 'a1' * 32
            Test-CacheKitItem kept | Should -BeFalse
        }

        It 'Rotation: refuses <Name>' -ForEach @(
            @{ Name = 'a key that is too short'; Call = { Start-CacheKitKeyRotation abc }; Id = 'MasterKeyInvalid' }
            @{ Name = 'no key'; Call = { Start-CacheKitKeyRotation $null }; Id = 'MasterKeyInvalid' }
            @{ Name = 'a number'; Call = { Start-CacheKitKeyRotation 5 }; Id = 'MasterKeyInvalid' }
            @{
                Name = 'to promote without a previous key'
                Call = { Start-CacheKitKeyRotation -Promote }
                Id   = 'RotationNotStarted'
            }
            @{
                Name = 'an interop namespace that is $null'
                Call = { Start-CacheKitKeyRotation -InteropNamespace @($null) }
                Id   = 'NamespaceInvalid'
            }
        ) {
            $Call | Should -Throw -ErrorId "$Id,CacheKit.Commands.StartCacheKitKeyRotationCommand"
            $env:CACHEKIT_MASTER_KEY | Should -Be ('a1' * 32)
        }
    }

    Context 'with a key file' {
        BeforeEach {
            $path = Get-TestPath .key
            New-CacheKitMasterKey -Path $path
            $env:CACHEKIT_MASTER_KEY = $null
            $env:CACHEKIT_MASTER_KEY_FILE = $path
            Set-CacheKitItem kept 'a value' -Ttl 1h
        }

        It 'Rotation: writes the ring to the key file and does not return the key' {
            $old = [System.IO.File]::ReadAllLines($path)[0]
            $change = Start-CacheKitKeyRotation
            $lines = [System.IO.File]::ReadAllLines($path)
            $lines.Count | Should -Be 2
            $lines[1] | Should -Be $old
            $change.NewMasterKey | Should -BeNullOrEmpty
            $change.Source | Should -Be CACHEKIT_MASTER_KEY_FILE
            Get-CacheKitItem kept | Should -Be 'a value'
            (Step-CacheKitKeyRotation).Moved | Should -Be 1
            $null = Complete-CacheKitKeyRotation
            [System.IO.File]::ReadAllLines($path) | Should -Be $lines[0]
            Get-CacheKitItem kept | Should -Be 'a value'
        }

        It 'Rotation: leaves a key file that was replaced meanwhile' {
            $session = New-CacheKitSession -Path $env:CACHEKIT_CACHE_PATH
            New-CacheKitMasterKey -Path $path -Force
            $before = [System.IO.File]::ReadAllLines($path)
            { Start-CacheKitKeyRotation -Session $session } | Should -Throw -ErrorId 'KeyFileChanged,*'
            [System.IO.File]::ReadAllLines($path) | Should -Be $before
            Remove-CacheKitSession $session
        }
    }

    It 'Rotation: changes the ring of a session with its own key' {
        $session = New-CacheKitSession -Memory -MasterKey ('e5' * 32)
        Set-CacheKitItem kept 'a value' -Session $session
        $before = $session.KeyFingerprint
        $change = Start-CacheKitKeyRotation -Session $session
        $change.NewMasterKey | Should -BeOfType securestring
        $session.KeyFingerprint | Should -Be $change.KeyFingerprint
        $session.PreviousKeys | Should -Be 1
        $change.PreviousKeyFingerprints | Should -Be $before
        Get-CacheKitItem kept -Session $session | Should -Be 'a value'
        (Step-CacheKitKeyRotation -Session $session).Moved | Should -Be 1
        (Complete-CacheKitKeyRotation -Session $session).PreviousKeyFingerprints | Should -HaveCount 0
        Get-CacheKitItem kept -Session $session | Should -Be 'a value'
        Remove-CacheKitSession $session
        { Start-CacheKitKeyRotation -Session $session } | Should -Throw -ErrorId 'SessionClosed,*'
    }

    It 'Rotation: lets a running block finish under the old ring' {
        $session = New-CacheKitSession -Memory -MasterKey ('e5' * 32)
        $null = Start-CacheKitKeyRotation -AsPrevious -Session $session
        Invoke-SecureCached -Session $session -Key token {
            $null = Start-CacheKitKeyRotation -Promote -Session $session
            'made under the first ring'
        } | Should -Be 'made under the first ring'
        Invoke-SecureCached -Session $session -Key token { 'run again' } | Should -Be 'made under the first ring'
        Remove-CacheKitSession $session
    }

    It 'Audit: records that -Compromised removed all entries of the tenant' {
        $log = "$TestDrive/compromised.jsonl"
        $session = New-CacheKitSession -Memory -MasterKey ('e5' * 32) -Tenant acme -AuditPath $log
        Set-CacheKitItem token 'a value' -Session $session
        Set-CacheKitItem token 'theirs' -Session $session -Tenant globex
        $null = Start-CacheKitKeyRotation -Compromised -Force -Session $session
        $events = (Get-CacheKitAuditLog -Path $log -MasterKey ('e5' * 32) -Tenant acme).Event
        $events | Should -Be @('Seal', 'Seal', 'Cleared')
        Test-CacheKitItem token -Session $session | Should -BeFalse
        $session.PreviousKeys | Should -Be 0
        Remove-CacheKitSession $session
    }
}
