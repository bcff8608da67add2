#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.NewCacheKitMasterKeyCommand'
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'New-CacheKitMasterKey' {
    It 'MasterKey: creates 64 lower-case hexadecimal digits, different each time' {
        $keys = foreach ($i in 1..20) { New-CacheKitMasterKey }
        $keys | Should -MatchExactly '\A[0-9a-f]{64}\z'
        [System.Collections.Generic.HashSet[string]]::new([string[]]$keys).Count | Should -Be 20
    }

    It 'MasterKey: returns a SecureString with -AsSecureString' {
        $key = New-CacheKitMasterKey -AsSecureString
        $key | Should -BeOfType ([securestring])
        $key.Length | Should -Be 64
        Test-CacheKitMasterKey $key | Should -BeTrue
    }

    Context 'with -Path' {
        BeforeEach {
            $path = Join-Path (Get-TestPath) 'master.key'
        }

        It 'MasterKey: writes a private file with its directories and outputs nothing' {
            New-CacheKitMasterKey -Path $path | Should -BeNullOrEmpty
            [IO.File]::ReadAllText($path) | Should -MatchExactly '\A[0-9a-f]{64}\n\z'
            Test-CacheKitMasterKey -Path $path | Should -BeTrue
        }

        It 'MasterKey: gives others no rights to the file' -Skip:$IsWindows {
            New-CacheKitMasterKey -Path $path
            [int][IO.File]::GetUnixFileMode($path) | Should -Be 0x180
            [int][IO.File]::GetUnixFileMode((Split-Path $path)) | Should -Be 0x1C0
        }

        It 'MasterKey: does not overwrite a key' {
            New-CacheKitMasterKey -Path $path
            $before = [IO.File]::ReadAllText($path)
            { New-CacheKitMasterKey -Path $path } |
                Should -Throw -ErrorId "KeyFileExists,$commandType" -ExpectedMessage "*$(Split-Path -Leaf $path)*"
            [IO.File]::ReadAllText($path) | Should -BeExactly $before
        }

        It 'MasterKey: overwrites a key with -Force' {
            New-CacheKitMasterKey -Path $path
            $before = [IO.File]::ReadAllText($path)
            New-CacheKitMasterKey -Path $path -Force
            [IO.File]::ReadAllText($path) | Should -Not -BeExactly $before
            [IO.Directory]::GetFiles((Split-Path $path)) | Split-Path -Leaf | Sort-Object |
                Should -Be 'master.key', 'master.key.lock'
        }

        It 'Rotation: does not overwrite a file of several keys, not even with -Force' {
            New-CacheKitMasterKey -Path $path
            [IO.File]::AppendAllText($path, (New-CacheKitMasterKey) + "`n")
            $before = [IO.File]::ReadAllText($path)
            $failure = { New-CacheKitMasterKey -Path $path -Force } | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -Be "KeyFileExists,$commandType"
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Complete-CacheKitKeyRotation*'
            [IO.File]::ReadAllText($path) | Should -BeExactly $before
        }

        It 'WhatIf: writes no key file, not even with -Force' {
            New-CacheKitMasterKey -Path $path -WhatIf
            New-CacheKitMasterKey -Path $path -Force -WhatIf
            Test-Path -LiteralPath $path | Should -BeFalse
        }

        It 'MasterKey: resolves a relative path against the current location' {
            Push-Location $TestDrive
            try {
                New-CacheKitMasterKey -Path './relative.key'
            }
            finally {
                Pop-Location
            }
            Test-Path -LiteralPath (Join-Path $TestDrive 'relative.key') | Should -BeTrue
        }

        It 'MasterKey: refuses the path "<Value>"' -ForEach @(
            @{ Value = '' }, @{ Value = ' ' }, @{ Value = 'Env:KEY' }, @{ Value = 'NoSuchDrive:\key' }
        ) {
            { New-CacheKitMasterKey -Path $Value } |
                Should -Throw -ErrorId "KeyFileUnusable,$commandType"
        }

        It 'MasterKey: fails when the file cannot be written' {
            $file = Get-TestPath .txt
            [IO.File]::WriteAllText($file, 'not a directory')
            { New-CacheKitMasterKey -Path (Join-Path $file 'master.key') } |
                Should -Throw -ErrorId "KeyFileUnusable,$commandType"
        }
    }

    Context 'with -Save' {
        BeforeEach {
            Initialize-TestEnvironment
            $env:CACHEKIT_MASTER_KEY = $null
        }

        It 'MasterKey: is used by the next call after -Save' {
            New-CacheKitMasterKey -Save
            Invoke-SecureCached -Key item { 'under the first key' } | Should -Be 'under the first key'
            New-CacheKitMasterKey -Save -Force
            Invoke-SecureCached -Key item { 'under the second key' } | Should -Be 'under the second key'
        }

        It 'MasterKey: saves the key where it is found without a variable' {
            New-CacheKitMasterKey -Save | Should -BeNullOrEmpty
            $report = Test-CacheKitMasterKey -Detailed
            $report.Source | Should -Be 'the saved key file'
            $report.IsValid | Should -BeTrue
            { New-CacheKitMasterKey -Save } | Should -Throw -ErrorId "KeyFileExists,$commandType"
            New-CacheKitMasterKey -Save -Force
        }
    }
}
