#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    Initialize-TestEnvironment
    $begin = [datetimeoffset]::UtcNow.AddSeconds(-1)
    $log = "$TestDrive/trail/audit.jsonl"
    $session = New-CacheKitSession -Path "$TestDrive/cache.db" -AuditPath $log
    [IO.File]::WriteAllText("$TestDrive/nightly.ps1", @'
param($Session)

Invoke-SecureCached -Session $Session -Key token {
    'made'
}
'@)
    # A miss and a seal, an open from memory, an open from the store, and a refusal with what follows it.
    $null = & "$TestDrive/nightly.ps1" $session
    $null = & "$TestDrive/nightly.ps1" $session
    $other = New-CacheKitSession -Path "$TestDrive/cache.db" -AuditPath $log -NoMemoryTier
    $null = Invoke-SecureCached -Session $other -Key token { 'not run' }
    $null = 1, 2 | Invoke-SecureCached -Session $session -Namespace reports { "report $_" }
    $key = (Get-CacheKitKey -Session $session -Key token).Key
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Get-CacheKitAuditLog' {
    It 'Audit: returns the events in the order in which they happened' {
        $found = Get-CacheKitAuditLog $log
        $found.Event | Should -Be @('Miss', 'Seal', 'Open', 'Open', 'Miss', 'Seal', 'Miss', 'Seal')
        $found.Number | Should -Be @(1..8)
        $found[0].GetType().FullName | Should -Be CacheKit.AuditLogEntry
    }

    It 'Audit: records user, host, process, script and entry of an event' {
        $first = @(Get-CacheKitAuditLog $log)[0]
        $first.User | Should -Be ([Environment]::UserName)
        $first.Host | Should -Be ([Environment]::MachineName)
        $first.ProcessId | Should -Be $PID
        $first.Script | Should -BeLike '*nightly.ps1'
        $first.Line | Should -Be 3
        "ck:$($first.Tag):$($first.Namespace):$($first.KeyId)" | Should -Be $key
        $first.Fingerprint | Should -Be (Test-CacheKitMasterKey -Detailed).Fingerprint
        $first.IsAuthentic | Should -BeNullOrEmpty
        $first.Time | Should -BeGreaterOrEqual $begin
        $first.Time | Should -BeLessOrEqual ([datetimeoffset]::UtcNow)
    }

    It 'Audit: filters by <Name>' -ForEach @(
        @{ Name = 'event'; Filter = @{ Event = 'Open' }; Numbers = @(3, 4) }
        @{ Name = 'several events'; Filter = @{ Event = 'Open', 'Seal' }; Numbers = @(2, 3, 4, 6, 8) }
        @{ Name = 'namespace'; Filter = @{ Namespace = 'rep*' }; Numbers = @(5..8) }
        @{ Name = 'user'; Filter = @{ User = [Environment]::UserName }; Numbers = @(1..8) }
        @{ Name = 'another user'; Filter = @{ User = 'nobody in particular' }; Numbers = @() }
        @{ Name = 'name of a script'; Filter = @{ Script = 'NIGHTLY.ps1' }; Numbers = @(1..3) }
        @{ Name = 'path of a script'; Filter = @{ Script = '*/nightly.ps1', '*\nightly.ps1' }; Numbers = @(1..3) }
        @{ Name = 'end'; Filter = @{ Tail = 3 }; Numbers = @(6..8) }
        @{ Name = 'end of what is left'; Filter = @{ Tail = 1; Event = 'Open' }; Numbers = @(4) }
        @{ Name = 'nothing of the end'; Filter = @{ Tail = 0 }; Numbers = @() }
        @{
            Name    = 'time'
            Filter  = @{ Since = [datetime]::Now.AddDays(-9); Until = [datetime]::Now.AddDays(9) }
            Numbers = @(1..8)
        }
        @{ Name = 'later time'; Filter = @{ Since = [datetime]::Now.AddDays(9) }; Numbers = @() }
        @{ Name = 'earlier time'; Filter = @{ Until = [datetime]::Now.AddDays(-9) }; Numbers = @() }
    ) {
        @(Get-CacheKitAuditLog $log @Filter | ForEach-Object { $_.Number }) | Should -Be $Numbers
    }

    It 'Audit: filters by the id of an entry or by its whole key' {
        (Get-CacheKitAuditLog $log -KeyId $key).Number | Should -Be @(1..4)
        (Get-CacheKitAuditLog $log -KeyId ($key -split ':')[-1]).Number | Should -Be @(1..4)
        (Get-CacheKitAuditLog $log -KeyId "$(($key -split ':')[-1].Substring(0, 8))*").Number | Should -Be @(1..4)
    }

    It 'Audit: reads the log of the session when no path is given' {
        @(Get-CacheKitAuditLog -Session $session) | Should -HaveCount 8
        Use-CacheKitSession $session { @(Get-CacheKitAuditLog).Count } | Should -Be 8
    }

    It 'Audit: marks authentic lines with -Verify and skips lines that are none' {
        $copy = "$TestDrive/copy.jsonl"
        $lines = [IO.File]::ReadAllLines($log)
        $lines[1] = $lines[1] -replace '"seal"', '"open"'
        $lines[2] = 'no line'
        [IO.File]::WriteAllText($copy, ($lines -join "`n") + "`n")
        $found = Get-CacheKitAuditLog $copy -Verify -WarningVariable warnings -WarningAction SilentlyContinue
        $found.IsAuthentic | Should -Be @($true, $false, $true, $true, $true, $true, $true)
        $warnings | Should -HaveCount 1
        $found = Get-CacheKitAuditLog $copy -Verify -Tenant other -WarningAction SilentlyContinue
        @($found | Where-Object { $null -ne $_.IsAuthentic }) | Should -HaveCount 0
    }

    It 'Audit: records an entry that is not authentic' {
        $log2 = "$TestDrive/refused.jsonl"
        Register-CacheKitBackend Forger -Force @emptyBackend -Get { param($Key) if ($Key) { , [byte[]] (1..200) } }
        $forged = New-CacheKitSession -Backend Forger -AuditPath $log2
        $null = Invoke-SecureCached -Session $forged -Key token { 'made' } -WarningAction SilentlyContinue
        @(Get-CacheKitAuditLog $log2 | ForEach-Object { "$($_.Event)" })[0] | Should -Be Refused
        (Test-CacheKitAuditLog $log2 -Session $forged).IsIntact | Should -BeTrue
        Remove-CacheKitSession $forged
        Unregister-CacheKitBackend Forger
    }

    It 'Audit: records nothing about public data' {
        $log3 = "$TestDrive/plain.jsonl"
        $plain = New-CacheKitSession -Memory -AuditPath $log3
        $null = Invoke-Cached -Session $plain -Key token { 'made' }
        [IO.File]::Exists($log3) | Should -BeFalse
        Remove-CacheKitSession $plain
    }

    It 'Audit: fails when there is no log' {
        $found = Get-CacheKitAuditLog "$TestDrive/none.jsonl" -ErrorVariable problems -ErrorAction SilentlyContinue
        $found | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'AuditLogUnusable,*'
    }
}
