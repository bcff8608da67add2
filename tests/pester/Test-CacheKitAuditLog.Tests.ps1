#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    Initialize-TestEnvironment
    $env:CACHEKIT_MASTER_KEY = 'ab' * 32
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Test-CacheKitAuditLog' {
    BeforeEach {
        $log = Join-Path (Get-TestPath) audit.jsonl
        $session = New-CacheKitSession -Memory -AuditPath $log
        foreach ($n in 1..5) {
            $null = Invoke-SecureCached -Session $session -Key "secret name $n" { 'secret value' }
        }
        # A miss and a seal each.
        $lines = [IO.File]::ReadAllLines($log)
    }

    AfterEach {
        Remove-CacheKitSession $session
    }

    It 'Audit: reports an intact log and counts its lines' {
        $report = Test-CacheKitAuditLog $log
        $report.IsIntact | Should -BeTrue
        $report.Lines, $report.VerifiedLines, $report.OtherLines, $report.TornLines | Should -Be @(10, 10, 0, 0)
        $report.Path | Should -Be ([IO.Path]::GetFullPath($log))
        $report.Problems | Should -HaveCount 0
        $report.FirstProblem | Should -BeNullOrEmpty
        $report.Begun | Should -BeLessOrEqual $report.Ended
        Test-CacheKitAuditLog $log -Quiet | Should -BeTrue
    }

    It 'Audit: contains neither values nor names' {
        [IO.File]::ReadAllText($log) | Should -Not -Match 'secret'
    }

    It 'Audit: detects <What>' -ForEach @(
        @{
            What   = 'a line that was removed'
            Kind   = 'Missing'
            At     = 4
            Change = { param($Lines) $Lines[0..2] + $Lines[4..9] }
        }
        @{ What = 'the first lines removed'; Kind = 'Missing'; At = 1; Change = { param($Lines) $Lines[3..9] } }
        @{ What = 'the last line removed'; Kind = 'Missing'; At = 10; Change = { param($Lines) $Lines[0..8] } }
        @{
            What   = 'two lines swapped'
            Kind   = 'OutOfOrder'
            At     = 5
            Change = { param($Lines) $Lines[0..2] + $Lines[4] + $Lines[3] + $Lines[5..9] }
        }
        @{
            What   = 'a line that is there twice'
            Kind   = 'Repeated'
            At     = 5
            Change = { param($Lines) $Lines[0..3] + $Lines[3..9] }
        }
        @{
            What   = 'another user in a line'
            Kind   = 'Edited'
            At     = 4
            Change = { param($Lines) $Lines[3] = $Lines[3] -replace '"user":"', '"user":"x'; $Lines }
        }
    ) {
        [IO.File]::WriteAllText($log, ((& $Change $lines) -join "`n") + "`n")
        $report = Test-CacheKitAuditLog $log
        $report.IsIntact | Should -BeFalse
        $report.FirstProblem.Kind | Should -Be $Kind
        $report.FirstProblem.FileLine | Should -Be $At
        $report.FirstProblem.Detail | Should -Not -BeNullOrEmpty
        Test-CacheKitAuditLog $log -Quiet | Should -BeFalse
    }

    It 'Audit: detects a missing head file' {
        [IO.File]::Delete("$log.head")
        (Test-CacheKitAuditLog $log).FirstProblem.Kind | Should -Be HeadMissing
    }

    It 'Audit: detects by a checkpoint that log and head were rolled back' {
        $head = [IO.File]::ReadAllText("$log.head")
        $null = Invoke-SecureCached -Session $session -Key other { 1 }
        $kept = (Test-CacheKitAuditLog $log).Checkpoint
        (Test-CacheKitAuditLog $log -Checkpoint $kept).IsIntact | Should -BeTrue
        [IO.File]::WriteAllText($log, ($lines -join "`n") + "`n")
        [IO.File]::WriteAllText("$log.head", $head)
        (Test-CacheKitAuditLog $log).IsIntact | Should -BeTrue
        (Test-CacheKitAuditLog $log -Checkpoint $kept).FirstProblem.Kind | Should -Be CheckpointMissing
    }

    It 'Audit: tests the log of the session, with keys of parameters' {
        (Test-CacheKitAuditLog -Session $session).Lines | Should -Be 10
        Use-CacheKitSession $session { (Test-CacheKitAuditLog).Lines } | Should -Be 10
        (Test-CacheKitAuditLog $log -MasterKey ('ab' * 32)).VerifiedLines | Should -Be 10
        (Test-CacheKitAuditLog $log -MasterKey ('cd' * 32)).FirstProblem.Kind | Should -Be HeadNotAuthentic
        (Test-CacheKitAuditLog $log -MasterKey ('cd' * 32) -PreviousMasterKey ('ab' * 32)).VerifiedLines | Should -Be 10
    }

    It 'Tenant: verifies the lines of several tenants' {
        $null = Invoke-SecureCached -Session $session -Tenant acme -Key token { 1 }
        $report = Test-CacheKitAuditLog $log -Session $session
        $report.IsIntact, $report.VerifiedLines, $report.OtherLines | Should -Be @($true, 10, 2)
        $report = Test-CacheKitAuditLog $log -Session $session -Tenant default, acme
        $report.IsIntact, $report.VerifiedLines, $report.OtherLines | Should -Be @($true, 12, 0)
    }

    It 'Pipeline: tests log files' {
        ($log, $log | Test-CacheKitAuditLog -Quiet) | Should -Be @($true, $true)
        ([IO.FileInfo] $log | Test-CacheKitAuditLog -Quiet) | Should -BeTrue
        ([pscustomobject] @{ Path = $log } | Test-CacheKitAuditLog -Quiet) | Should -BeTrue
    }

    It 'Audit: refuses invalid parameters' {
        Get-ErrorId { Test-CacheKitAuditLog "$TestDrive/none.jsonl" -ErrorAction Stop } | Should -Be AuditLogUnusable
        Get-ErrorId { Test-CacheKitAuditLog -ErrorAction Stop } | Should -Be AuditLogUnusable
        Get-ErrorId { Test-CacheKitAuditLog $log -Checkpoint 12 } | Should -Be AuditCheckpointInvalid
        Get-ErrorId { Test-CacheKitAuditLog $log -Tenant ' ' -ErrorAction Stop } | Should -Be TenantInvalid
        Get-ErrorId { Test-CacheKitAuditLog $log -MasterKey short -ErrorAction Stop } | Should -Be MasterKeyInvalid
        Get-ErrorId { Test-CacheKitAuditLog $log -PreviousMasterKey ('ab' * 32) -ErrorAction Stop } |
            Should -Be ParameterConflict
        $found = "$TestDrive/none.jsonl", $log | Test-CacheKitAuditLog -Quiet -ErrorAction SilentlyContinue
        $found | Should -BeTrue
    }
}

Describe 'New-CacheKitSession -AuditPath' {
    It 'Audit: shows the log in the session' {
        $log = Join-Path (Get-TestPath) audit.jsonl
        (New-CacheKitSession -Memory -AuditPath $log).AuditPath | Should -Be ([IO.Path]::GetFullPath($log))
        (New-CacheKitSession -Memory).AuditPath | Should -BeNullOrEmpty
        [IO.File]::Exists($log) | Should -BeFalse
    }

    It 'Audit: refuses an unusable log' {
        Get-ErrorId { New-CacheKitSession -Memory -AuditPath $TestDrive } | Should -Be AuditLogUnusable
        Get-ErrorId { New-CacheKitSession -Memory -AuditPath '' } | Should -Be AuditLogUnusable
        Get-ErrorId { New-CacheKitSession -Memory -AuditRequired } | Should -Be ParameterConflict
    }

    It 'Audit: refuses a log that others can write to' -Skip:([bool] $IsWindows) {
        $log = "$TestDrive/open.jsonl"
        [IO.File]::WriteAllText($log, '')
        [IO.File]::SetUnixFileMode($log, [IO.UnixFileMode] 'UserRead, UserWrite, GroupWrite')
        Get-ErrorId { New-CacheKitSession -Memory -AuditPath $log } | Should -Be AuditLogTooOpen
    }

    Context 'when the log cannot be written' {
        BeforeAll {
            # The folder that the log would lie in is a file.
            [IO.File]::WriteAllText("$TestDrive/blocker", '')
            $blocked = "$TestDrive/blocker/audit.jsonl"
            $database = "$TestDrive/shared.db"
            $before = New-CacheKitSession -Path $database
            $null = Invoke-SecureCached -Session $before -Key stored { 'stored value' }
        }

        It 'Audit: opens and runs nothing when the log is required' {
            $session = New-CacheKitSession -Path $database -AuditPath $blocked -AuditRequired
            $output = [Collections.Generic.List[object]]::new()
            $call = @{ Session = $session; ScriptBlock = { [CacheKitTest.Counter]::Add(); 'run' } }
            Get-ErrorId { Invoke-SecureCached @call -Key stored | ForEach-Object { $output.Add($_) } } |
                Should -Be AuditWriteFailed
            Get-ErrorId { 1, 2 | Invoke-SecureCached @call -Key stored | ForEach-Object { $output.Add($_) } } |
                Should -Be AuditWriteFailed
            Get-ErrorId { Invoke-SecureCached @call -Key new } | Should -Be AuditWriteFailed
            $output | Should -HaveCount 0
            [CacheKitTest.Counter]::Count | Should -Be 0
        }

        It 'Audit: returns a result without storing it when the log is required' {
            $session = New-CacheKitSession -Path $database -AuditPath $blocked -AuditRequired
            $call = @{ Session = $session; Key = 'new'; Refresh = $true; ErrorAction = 'SilentlyContinue' }
            $found = Invoke-SecureCached @call { 'made' } -ErrorVariable problems
            $found | Should -Be made
            $problems[0].FullyQualifiedErrorId | Should -BeLike 'AuditWriteFailed,*'
            Invoke-SecureCached -Session $before -Key new { 'not stored before' } | Should -Be 'not stored before'
        }

        It 'Audit: warns once when the log is not required' {
            $session = New-CacheKitSession -Path $database -AuditPath $blocked
            foreach ($n in 1..3) {
                $found = Invoke-SecureCached -Session $session -Key stored { 'run' } -WarningVariable warnings 3> $null
                $found | Should -Be 'stored value'
                $warnings | Should -HaveCount ($n -eq 1 ? 1 : 0)
            }
        }
    }
}
