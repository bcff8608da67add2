#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Test-CacheKitMasterKey' {
    Context 'a given key' {
        It 'MasterKey: accepts text, SecureString and bytes' {
            $key = New-CacheKitMasterKey
            Test-CacheKitMasterKey $key | Should -BeTrue
            Test-CacheKitMasterKey -MasterKey (ConvertTo-Secret $key) | Should -BeTrue
            Test-CacheKitMasterKey -MasterKey ([Convert]::FromHexString($key)) | Should -BeTrue
            $key, $key.ToUpperInvariant() | Test-CacheKitMasterKey | Should -Be @($true, $true)
        }

        It 'MasterKey: has the same fingerprint in any form' {
            $key = New-CacheKitMasterKey
            $secureKey = ConvertTo-Secret $key
            $prints = foreach ($form in $key, $secureKey, $key.ToUpperInvariant()) {
                (Test-CacheKitMasterKey $form -Detailed).Fingerprint
            }
            $prints[0] | Should -MatchExactly '\A[0-9a-f]{32}\z'
            $prints | Should -Be @($prints[0], $prints[0], $prints[0])
            (Test-CacheKitMasterKey (New-CacheKitMasterKey) -Detailed).Fingerprint | Should -Not -Be $prints[0]
        }

        It 'MasterKey: rejects <Name> with a warning that does not show the key' -ForEach @(
            @{ Name = '63 digits'; Value = 'e' * 63 }
            @{ Name = '66 digits'; Value = 'e' * 66 }
            @{ Name = 'other characters'; Value = 'e' * 63 + 'z' }
            @{ Name = 'a line end'; Value = 'e' * 64 + "`n" }
            @{ Name = 'blank text'; Value = '' }
            @{ Name = 'null'; Value = $null }
            @{ Name = 'a number'; Value = 5 }
            @{ Name = '31 bytes'; Value = [byte[]]::new(31) }
        ) {
            $warnings = $null
            Test-CacheKitMasterKey -MasterKey $Value -WarningVariable warnings -WarningAction SilentlyContinue |
                Should -BeFalse
            $warnings.Count | Should -Be 1
            "$warnings" | Should -Not -Match 'eeee'
            $report = Test-CacheKitMasterKey -MasterKey $Value -Detailed
            $report.IsValid | Should -BeFalse
            $report.ErrorId | Should -Be 'MasterKeyInvalid'
            $report.RecommendedAction | Should -Not -BeNullOrEmpty
            $report.Fingerprint | Should -BeNullOrEmpty
        }
    }

    Context 'the configured key' {
        BeforeEach {
            Initialize-TestEnvironment
            $env:CACHEKIT_MASTER_KEY = $null
        }

        It 'MasterKey: reports that there is none' {
            Test-CacheKitMasterKey -WarningAction SilentlyContinue | Should -BeFalse
            (Test-CacheKitMasterKey -Detailed).ErrorId | Should -Be 'MasterKeyMissing'
        }

        It 'MasterKey: is read from the first source that is set' {
            New-CacheKitMasterKey -Save
            (Test-CacheKitMasterKey -Detailed).Source | Should -Be 'the saved key file'
            $path = Get-TestPath .key
            New-CacheKitMasterKey -Path $path
            $env:CACHEKIT_MASTER_KEY_FILE = $path
            (Test-CacheKitMasterKey -Detailed).Source | Should -Be 'CACHEKIT_MASTER_KEY_FILE'
            $env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey
            (Test-CacheKitMasterKey -Detailed).Source | Should -Be 'CACHEKIT_MASTER_KEY'
        }

        It 'MasterKey: reports each key of the variables and its role' {
            $env:CACHEKIT_MASTER_KEY = 'd' * 64
            $env:CACHEKIT_PREVIOUS_MASTER_KEYS = ('e' * 64) + ',' + ('f' * 64)
            $reports = @(Test-CacheKitMasterKey -Detailed)
            $reports.Role | Should -Be 'Current', 'Previous', 'Previous'
            $reports.Source |
                Should -Be @('CACHEKIT_MASTER_KEY', 'CACHEKIT_PREVIOUS_MASTER_KEYS', 'CACHEKIT_PREVIOUS_MASTER_KEYS')
            @(Test-CacheKitMasterKey) | Should -Be @($true)
            $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $null
            $env:CACHEKIT_MASTER_KEY_ROTATION = 'e' * 64
            $reports = @(Test-CacheKitMasterKey -Detailed)
            $reports.Source | Should -Be 'CACHEKIT_MASTER_KEY_ROTATION', 'CACHEKIT_MASTER_KEY'
            $reports[0].Fingerprint | Should -Be (Test-CacheKitMasterKey ('e' * 64) -Detailed).Fingerprint
        }

        It 'MasterKey: reports variables that conflict: <ErrorId>' -ForEach @(
            @{ ErrorId = 'KeyRingConflict'; Master = 'd'; Rotation = 'd' }
            @{ ErrorId = 'KeyRingInvalid'; Master = 'd'; Rotation = 'e,' }
        ) {
            $env:CACHEKIT_MASTER_KEY = $Master * 64
            $env:CACHEKIT_MASTER_KEY_ROTATION = $Rotation.Replace('d', 'd' * 64).Replace('e', 'e' * 64)
            $report = Test-CacheKitMasterKey -Detailed
            $report.ErrorId | Should -Be $ErrorId
            $report.Source | Should -Be 'CACHEKIT_MASTER_KEY_ROTATION'
            Test-CacheKitMasterKey -WarningAction SilentlyContinue | Should -BeFalse
        }

        It 'MasterKey: does not skip a source that is set but unusable' {
            New-CacheKitMasterKey -Save
            $env:CACHEKIT_MASTER_KEY_FILE = Join-Path $TestDrive 'no-such.key'
            $report = Test-CacheKitMasterKey -Detailed
            $report.IsValid | Should -BeFalse
            $report.ErrorId | Should -Be 'KeyFileUnusable'
        }
    }

    Context 'a key file' {
        It 'MasterKey: rejects a file with <Name>' -ForEach @(
            @{ Name = 'nothing in it'; Content = '' }
            @{ Name = 'text'; Content = 'not a key' }
            @{ Name = 'half a key on its second line'; Content = ('d' * 64) + "`n" + ('e' * 32) + "`n" }
        ) {
            $path = Get-TestPath .key
            New-CacheKitMasterKey -Path $path
            [IO.File]::WriteAllText($path, $Content)
            $report = Test-CacheKitMasterKey -Path $path -Detailed
            $report.ErrorId | Should -Be 'MasterKeyInvalid'
            $report.Problem | Should -Not -Match 'dddd'
        }

        It 'MasterKey: reports each key of a file and its role' {
            $path = Get-TestPath .key
            New-CacheKitMasterKey -Path $path
            [IO.File]::WriteAllText($path, ('d' * 64) + "`n" + ('e' * 64) + "`n" + ('f' * 64) + "`n")
            $reports = @(Test-CacheKitMasterKey -Path $path -Detailed)
            $reports.Role | Should -Be 'Current', 'Previous', 'Previous'
            $reports.IsValid | Should -Be $true, $true, $true
            $reports.Source | Should -Be (, "the key file '$path'" * 3)
            foreach ($i in 0..2) {
                $key = 'def'[$i].ToString() * 64
                $reports[$i].Fingerprint | Should -Be (Test-CacheKitMasterKey $key -Detailed).Fingerprint
            }

            @(Test-CacheKitMasterKey -Path $path) | Should -Be @($true)
        }

        It 'MasterKey: rejects a file with the same key twice' {
            $path = Get-TestPath .key
            New-CacheKitMasterKey -Path $path
            [IO.File]::WriteAllText($path, ('d' * 64) + "`n" + ('D' * 64) + "`n")
            $report = Test-CacheKitMasterKey -Path $path -Detailed
            $report.ErrorId | Should -Be 'KeyRingInvalid'
            $report.Role | Should -BeNullOrEmpty
            $report.Problem | Should -Not -Match 'dddd'
        }

        It 'MasterKey: accepts Windows line ends' {
            $path = Get-TestPath .key
            New-CacheKitMasterKey -Path $path
            [IO.File]::WriteAllText($path, ('d' * 64) + "`r`n")
            Test-CacheKitMasterKey -Path $path | Should -BeTrue
        }

        It 'MasterKey: rejects a file that others can read' -Skip:$IsWindows {
            $path = Get-TestPath .key
            New-CacheKitMasterKey -Path $path
            [IO.File]::SetUnixFileMode($path, 'UserRead, UserWrite, OtherRead')
            (Test-CacheKitMasterKey -Path $path -Detailed).ErrorId | Should -Be 'KeyFileTooOpen'
        }
    }

    It 'MasterKey: is not shown in the table of the report' {
        $key = New-CacheKitMasterKey
        $text = Test-CacheKitMasterKey $key -Detailed | Out-String
        $text | Should -Match 'IsValid'
        $text | Should -Not -Match $key
    }
}
