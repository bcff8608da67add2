#Requires -Version 7.4
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSAvoidGlobalVars', '', Justification = 'The vaults of the stand-in for SecretManagement are one.')]
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:one = '1' * 64
    $script:two = '2' * 64
    $script:three = '3' * 64
    $commandType = 'CacheKit.Commands.NewCacheKitSessionCommand'

    function Get-Fingerprint([string] $Key) {
        (Test-CacheKitMasterKey $Key -Detailed).Fingerprint
    }

    function Get-ClearSecret([string] $Vault, [string] $Name) {
        ConvertFrom-Secret $global:CacheKitTestVaults[$Vault][$Name]
    }

    function Get-SessionKeyCheck($Session) {
        (Test-CacheKitSession $Session | Where-Object Check -EQ MasterKey).Detail
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'New-CacheKitSession with keys' {
    BeforeEach {
        Initialize-TestEnvironment
        $env:CACHEKIT_MASTER_KEY = $null
    }

    Context 'given as parameters' {
        It 'MasterKey: accepts previous keys as text, SecureString and bytes' {
            $secure = ConvertTo-Secret $script:two
            $bytes = [Convert]::FromHexString($script:three)
            $session = New-CacheKitSession -Memory -MasterKey $script:one -PreviousMasterKey ('4' * 64), $secure, $bytes
            Get-SessionKeyCheck $session |
                Should -Be "-MasterKey, fingerprint $(Get-Fingerprint $script:one), and 3 previous keys"
        }

        It 'MasterKey: accepts one previous key in any form: <Name>' -ForEach @(
            @{ Name = 'text'; Key = '2' * 64 }
            @{ Name = 'bytes'; Key = [byte[]] (, 0x22 * 32) }
            @{ Name = 'a list of bytes'; Key = , [byte[]] (, 0x22 * 32) }
        ) {
            { New-CacheKitSession -Memory -MasterKey $script:one -PreviousMasterKey $Key } | Should -Not -Throw
            { New-CacheKitSession -Memory -MasterKey $script:two -PreviousMasterKey $Key } |
                Should -Throw -ErrorId "KeyRingInvalid,$commandType"
        }

        It 'MasterKey: accepts an empty list of previous keys' {
            { New-CacheKitSession -Memory -MasterKey $script:one -PreviousMasterKey @() } | Should -Not -Throw
        }

        It 'MasterKey: reads entries under a previous key and encrypts under the new one' {
            $path = "$TestDrive/ring.db"
            $old = New-CacheKitSession -Path $path -MasterKey $script:one -NoMemoryTier
            Invoke-SecureCached -Session $old -Key moved { 'before' } | Should -Be 'before'
            $new = New-CacheKitSession -Path $path -MasterKey $script:two -PreviousMasterKey $script:one -NoMemoryTier
            Invoke-SecureCached -Session $new -Key moved { 'after' } | Should -Be 'before'
            Invoke-SecureCached -Session $new -Key fresh { 'fresh' } | Should -Be 'fresh'
            Invoke-SecureCached -Session $old -Key fresh { 'not found' } | Should -Be 'not found'
        }

        It 'MasterKey: ignores the previous keys of the environment with -MasterKey' {
            $env:CACHEKIT_MASTER_KEY = $script:three
            $env:CACHEKIT_PREVIOUS_MASTER_KEYS = 'not a key'
            $session = New-CacheKitSession -Memory -MasterKey $script:one
            Get-SessionKeyCheck $session |
                Should -Be "-MasterKey, fingerprint $(Get-Fingerprint $script:one)"
        }

        It 'MasterKey: refuses <Name> with <ErrorId>' -ForEach @(
            @{
                Name = 'the same key twice'; ErrorId = 'KeyRingInvalid'
                Given = @{ MasterKey = '1' * 64; PreviousMasterKey = '1' * 64 }
            }
            @{
                Name = 'the same key in another case'; ErrorId = 'KeyRingInvalid'
                Given = @{ MasterKey = 'ab' * 32; PreviousMasterKey = 'AB' * 32 }
            }
            @{
                Name = 'a previous key twice'; ErrorId = 'KeyRingInvalid'
                Given = @{ MasterKey = '1' * 64; PreviousMasterKey = ('2' * 64), ('2' * 64) }
            }
            @{
                Name = 'four previous keys'; ErrorId = 'KeyRingInvalid'
                Given = @{ MasterKey = '1' * 64; PreviousMasterKey = ('2' * 64), ('3' * 64), ('4' * 64), ('5' * 64) }
            }
            @{
                Name = 'half a previous key'; ErrorId = 'MasterKeyInvalid'
                Given = @{ MasterKey = '1' * 64; PreviousMasterKey = '2' * 32 }
            }
            @{
                Name = 'a blank previous key'; ErrorId = 'MasterKeyInvalid'
                Given = @{ MasterKey = '1' * 64; PreviousMasterKey = '' }
            }
            @{
                Name = 'no previous key'; ErrorId = 'MasterKeyInvalid'
                Given = @{ MasterKey = '1' * 64; PreviousMasterKey = $null }
            }
            @{
                Name = 'null in the list'; ErrorId = 'MasterKeyInvalid'
                Given = @{ MasterKey = '1' * 64; PreviousMasterKey = ('2' * 64), $null }
            }
            @{
                Name = 'a number'; ErrorId = 'MasterKeyInvalid'
                Given = @{ MasterKey = '1' * 64; PreviousMasterKey = 5 }
            }
            @{ Name = 'no key that encrypts'; ErrorId = 'ParameterConflict'; Given = @{ PreviousMasterKey = '1' * 64 } }
            @{
                Name = 'a key and a secret'; ErrorId = 'ParameterConflict'
                Given = @{ MasterKey = '1' * 64; SecretName = 'k' }
            }
            @{
                Name = 'a previous key and a secret'; ErrorId = 'ParameterConflict'
                Given = @{ PreviousMasterKey = '1' * 64; SecretName = 'k' }
            }
            @{ Name = 'a vault without a secret'; ErrorId = 'ParameterConflict'; Given = @{ VaultName = 'v' } }
        ) {
            $failure = { New-CacheKitSession -Memory @Given } | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -Be "$ErrorId,$commandType"
            $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            $failure.CategoryInfo.Category | Should -Be (Get-DocumentedCategory $ErrorId)
            "$failure $($failure.TargetObject) $($failure.CategoryInfo) $($failure.Exception)" |
                Should -Not -Match '1111|2222|abab|ABAB'
        }
    }

    Context 'of the environment' {
        It 'MasterKey: builds a ring from both variables' {
            $env:CACHEKIT_MASTER_KEY = $script:one
            $path = $env:CACHEKIT_CACHE_PATH
            Invoke-SecureCached -Session (New-CacheKitSession -Path $path) -Key v { 'before' } | Should -Be 'before'
            $env:CACHEKIT_MASTER_KEY, $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $script:two, "$script:three, $script:one"
            Invoke-SecureCached -Session (New-CacheKitSession -Path $path) -Key v { 'after' } | Should -Be 'before'
            Invoke-SecureCached -Key v { 'after' } | Should -Be 'before'
        }

        It 'MasterKey: builds a ring from the rotation variable' {
            $env:CACHEKIT_MASTER_KEY = $script:one
            Invoke-SecureCached -Key r { 'before' } | Should -Be 'before'
            $env:CACHEKIT_MASTER_KEY_ROTATION = $script:two
            Invoke-SecureCached -Key r { 'after' } | Should -Be 'before'
            (Test-CacheKitSession | Where-Object Check -EQ MasterKey).Detail |
                Should -BeLike "*_ROTATION, fingerprint $(Get-Fingerprint $script:two), and a previous key"
        }

        It 'MasterKey: builds a ring from a key file' {
            $env:CACHEKIT_MASTER_KEY = $script:one
            Invoke-SecureCached -Key f { 'before' } | Should -Be 'before'
            $env:CACHEKIT_MASTER_KEY = $null
            $env:CACHEKIT_MASTER_KEY_FILE = "$TestDrive/ring.key"
            New-CacheKitMasterKey -Path $env:CACHEKIT_MASTER_KEY_FILE
            [IO.File]::AppendAllText($env:CACHEKIT_MASTER_KEY_FILE, "$script:one`n")
            Invoke-SecureCached -Key f { 'after' } | Should -Be 'before'
        }

        It 'MasterKey: refuses variables that conflict' {
            $env:CACHEKIT_MASTER_KEY, $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $script:one, $script:two
            Invoke-SecureCached -Key c { 'fine' } | Should -Be 'fine'
            $env:CACHEKIT_MASTER_KEY_ROTATION = $script:three
            { Invoke-SecureCached -Key c { 'never' } } |
                Should -Throw -ErrorId 'KeyRingConflict,CacheKit.Commands.InvokeSecureCachedCommand'
            { New-CacheKitSession -Memory } | Should -Throw -ErrorId "KeyRingConflict,$commandType"
            $env:CACHEKIT_MASTER_KEY_ROTATION = $null
            Invoke-SecureCached -Key c { 'never' } | Should -Be 'fine'
        }
    }

    Context 'in a secret vault' {
        BeforeAll {
            $savedModulePath = $env:PSModulePath
            $vault = "$repositoryRoot/tests/fixtures/modules"
            $env:PSModulePath = $vault, $savedModulePath -join [System.IO.Path]::PathSeparator
            $global:CacheKitTestVaults = [ordered]@{ First = @{}; Second = @{} }
        }

        AfterAll {
            Remove-Module -Name Microsoft.PowerShell.SecretManagement -ErrorAction Ignore
            Remove-Variable -Name CacheKitTestVaults -Scope Global
            $env:PSModulePath = $savedModulePath
        }

        BeforeEach {
            $global:CacheKitTestVaults['First'] = @{}
            $global:CacheKitTestVaults['Second'] = @{}
        }

        It 'MasterKey: reads <Name> from a vault' -ForEach @(
            @{ Name = 'text'; Secret = '1' * 64; Others = '' }
            @{
                Name   = 'a SecureString'
                Secret = [Net.NetworkCredential]::new('', '1' * 64).SecurePassword
                Others = ''
            }
            @{ Name = 'bytes'; Secret = [byte[]] (, 0x11 * 32); Others = '' }
            @{ Name = 'text with a line end'; Secret = '1' * 64 + "`r`n"; Others = '' }
            @{ Name = 'two lines'; Secret = '1' * 64 + "`n" + '2' * 64; Others = ', and a previous key' }
            @{
                Name = 'a list with commas'; Secret = '1' * 64 + ', ' + '2' * 64 + ',' + '3' * 64
                Others = ', and 2 previous keys'
            }
        ) {
            $global:CacheKitTestVaults['Second']['ring'] = $Secret
            $session = New-CacheKitSession -Memory -SecretName ring
            Get-SessionKeyCheck $session |
                Should -BeLike "the secret 'ring', fingerprint $(Get-Fingerprint $script:one)$Others"
            $session = New-CacheKitSession -Memory -SecretName ring -VaultName Second
            Get-SessionKeyCheck $session | Should -BeLike "the secret 'ring' of the vault 'Second', *"
        }

        It 'MasterKey: reads entries under the second key of a secret' {
            $path = "$TestDrive/secret.db"
            Invoke-SecureCached -Session (New-CacheKitSession -Path $path -MasterKey $script:one) -Key s { 'before' } |
                Should -Be 'before'
            $global:CacheKitTestVaults['First']['ring'] = "$script:two`n$script:one"
            $session = New-CacheKitSession -Path $path -SecretName ring
            Invoke-SecureCached -Session $session -Key s { 'after' } | Should -Be 'before'
        }

        It 'MasterKey: prefers the secret to the environment and does not mix their keys' {
            $env:CACHEKIT_MASTER_KEY, $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $script:two, 'not a key'
            $global:CacheKitTestVaults['First']['ring'] = $script:one
            Get-SessionKeyCheck (New-CacheKitSession -Memory -SecretName ring) |
                Should -Be "the secret 'ring', fingerprint $(Get-Fingerprint $script:one)"
        }

        It 'MasterKey: refuses <Name> in a vault with <ErrorId>' -ForEach @(
            @{
                Name = 'a secret that is not there'; ErrorId = 'MasterKeyMissing'
                Given = @{ SecretName = 'nowhere' }; Says = "'nowhere'"
            }
            @{
                Name = 'a secret of another vault'; ErrorId = 'MasterKeyMissing'
                Given = @{ SecretName = 'half'; VaultName = 'Second' }; Says = "'half' of the vault 'Second'"
            }
            @{
                Name = 'a vault that is not there'; ErrorId = 'SecretVaultFailed'
                Given = @{ SecretName = 'half'; VaultName = 'Third' }; Says = 'Vault not found'
            }
            @{
                Name = 'a vault that fails'; ErrorId = 'SecretVaultFailed'
                Given = @{ SecretName = 'locked' }; Says = 'the vault is locked'
            }
            @{
                Name = 'half a key'; ErrorId = 'MasterKeyInvalid'
                Given = @{ SecretName = 'half' }; Says = '32 characters'
            }
            @{
                Name = 'too few bytes'; ErrorId = 'MasterKeyInvalid'
                Given = @{ SecretName = 'bytes' }; Says = '16 bytes'
            }
            @{
                Name = 'a credential'; ErrorId = 'MasterKeyInvalid'
                Given = @{ SecretName = 'credential' }; Says = 'PSCredential'
            }
            @{ Name = 'nothing'; ErrorId = 'MasterKeyInvalid'; Given = @{ SecretName = 'nothing' }; Says = 'empty' }
            @{
                Name = 'the same key twice'; ErrorId = 'KeyRingInvalid'
                Given = @{ SecretName = 'twice' }; Says = 'Line 2 of'
            }
            @{ Name = 'a blank line'; ErrorId = 'KeyRingInvalid'; Given = @{ SecretName = 'gap' }; Says = 'Line 2 of' }
            @{ Name = 'five keys'; ErrorId = 'KeyRingInvalid'; Given = @{ SecretName = 'five' }; Says = '5 keys' }
        ) {
            $global:CacheKitTestVaults['First'] = @{
                half       = '1' * 32
                bytes      = [byte[]]::new(16)
                credential = [pscredential]::new('ada', (ConvertTo-Secret '1111'))
                nothing    = $null
                locked     = { throw 'the vault is locked' }
                twice      = '1' * 64 + "`n" + '1' * 64
                gap        = '1' * 64 + "`n`n" + '2' * 64
                five       = (1..5 | ForEach-Object { "$_" * 64 }) -join ','
            }
            $failure = { New-CacheKitSession -Memory @Given } | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -Be "$ErrorId,$commandType"
            "$failure" | Should -BeLike "*$Says*"
            $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            $failure.CategoryInfo.Category | Should -Be (Get-DocumentedCategory $ErrorId)
            "$failure $($failure.TargetObject) $($failure.Exception)" | Should -Not -Match '1111|2222'
        }

        It 'Rotation: stores the new key in the vault that has the secret' {
            $global:CacheKitTestVaults['Second']['ring'] = $script:one
            $session = New-CacheKitSession -Memory -SecretName ring
            Start-CacheKitKeyRotation -Session $session $script:two -WhatIf
            $global:CacheKitTestVaults['Second']['ring'] | Should -BeExactly $script:one
            $null = Start-CacheKitKeyRotation -Session $session $script:two
            $global:CacheKitTestVaults['First'].Count | Should -Be 0
            Get-ClearSecret Second ring | Should -BeExactly "$script:two`n$script:one"
            Get-SessionKeyCheck (New-CacheKitSession -Memory -SecretName ring) |
                Should -Be "the secret 'ring', fingerprint $(Get-Fingerprint $script:two), and a previous key"
            $null = Complete-CacheKitKeyRotation -Session $session -Confirm:$false
            Get-ClearSecret Second ring | Should -BeExactly $script:two
        }

        It 'Rotation: does not change the secret when <Name>' -ForEach @(
            @{
                Name = 'it has other keys by now'; ErrorId = 'KeyFileChanged'
                First = @{}; Second = @{ ring = '3' * 64 }
            }
            @{ Name = 'it is gone'; ErrorId = 'SecretVaultFailed'; First = @{}; Second = @{} }
            @{
                Name = 'two vaults have it'; ErrorId = 'SecretVaultFailed'
                First = @{ ring = '1' * 64 }; Second = @{ ring = '1' * 64 }
            }
        ) {
            $global:CacheKitTestVaults['Second']['ring'] = $script:one
            $session = New-CacheKitSession -Memory -SecretName ring
            $global:CacheKitTestVaults['First'] = $First
            $global:CacheKitTestVaults['Second'] = $Second
            $before = $First['ring'], $Second['ring']
            { Start-CacheKitKeyRotation -Session $session $script:two } |
                Should -Throw -ErrorId "$ErrorId,CacheKit.Commands.StartCacheKitKeyRotationCommand"
            @($First['ring'], $Second['ring']) | Should -Be $before
            Get-SessionKeyCheck $session | Should -BeLike "*fingerprint $(Get-Fingerprint $script:one)"
        }

        It 'MasterKey: fails when the vault module is not installed' {
            Remove-Module -Name Microsoft.PowerShell.SecretManagement -ErrorAction Ignore
            $path = $env:PSModulePath
            $env:PSModulePath = "$TestDrive"
            try {
                $failure = { New-CacheKitSession -Memory -SecretName ring } | Should -Throw -PassThru
            }
            finally {
                $env:PSModulePath = $path
            }

            $failure.FullyQualifiedErrorId | Should -Be "SecretManagementMissing,$commandType"
            $failure.CategoryInfo.Category | Should -Be 'NotInstalled'
            $failure.ErrorDetails.RecommendedAction |
                Should -BeLike 'Install-Module Microsoft.PowerShell.SecretManagement*'
        }

        It 'MasterKey: does not call a function that has the name of a vault command' {
            function global:Get-Secret { 'f' * 64 }
            try {
                $global:CacheKitTestVaults['First']['ring'] = $script:one
                Get-SessionKeyCheck (New-CacheKitSession -Memory -SecretName ring) |
                    Should -BeLike "*$(Get-Fingerprint $script:one)"
            }
            finally {
                Remove-Item -LiteralPath Function:/Get-Secret
            }
        }
    }
}
