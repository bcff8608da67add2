#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"

    # What was counted and is not zero, in the order of the properties.
    function Get-Count {
        param($Session, [hashtable] $More = @{})

        $statistics = Get-CacheKitStatistics -Session $Session @More
        $names = 'MemoryHits', 'StoreHits', 'Misses', 'Shared', 'Stale', 'Refreshed', 'Bypassed', 'Failures', 'Refused'
        $sum = 0
        $counts = foreach ($name in $names) {
            if ($name -ne 'Refused') { $sum += $statistics.$name }
            if ($statistics.$name -ne 0) { "$name $($statistics.$name)" }
        }
        $statistics.Calls | Should -Be $sum
        $statistics.Hits | Should -Be ($statistics.MemoryHits + $statistics.StoreHits)
        $counts -join ', '
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Get-CacheKitStatistics' {
    BeforeEach {
        Initialize-TestEnvironment
        $begin = [DateTimeOffset]::UtcNow
        $session = New-CacheKitSession -Memory -MasterKey ('ab' * 32)
    }

    AfterEach {
        $session.Dispose()
    }

    It 'Statistics: starts at zero' {
        $statistics = Get-CacheKitStatistics -Session $session
        $statistics | Should -BeOfType CacheKit.CacheKitStatistics
        $statistics.Tenant | Should -Be default
        $statistics.Store | Should -Be $session.Store
        $statistics.Calls | Should -Be 0
        $statistics.HitRatio | Should -BeNullOrEmpty
        $statistics.ComputationTime.Count | Should -Be 0
        $statistics.ComputationTime.Max | Should -Be ([timespan]::Zero)
        $statistics.MemoryEntries | Should -Be 0
        $statistics.BreakerOpen | Should -BeFalse
        $statistics.Since | Should -BeGreaterOrEqual $begin
        $statistics.Since | Should -BeLessOrEqual ([DateTimeOffset]::UtcNow)
    }

    It 'Statistics: needs no key and opens no store' {
        $env:CACHEKIT_MASTER_KEY = 'not a key'
        (Get-CacheKitStatistics).Calls | Should -Be 0
        [IO.File]::Exists($env:CACHEKIT_CACHE_PATH) | Should -BeFalse
    }

    It 'Statistics: fails when the cache path is invalid' {
        $env:CACHEKIT_CACHE_PATH = 'relative.db'
        { Get-CacheKitStatistics } |
            Should -Throw -ErrorId 'CachePathInvalid,CacheKit.Commands.GetCacheKitStatisticsCommand'
    }

    It 'Statistics: fails for a closed session' {
        $session.Dispose()
        { Get-CacheKitStatistics -Session $session } |
            Should -Throw -ErrorId 'SessionClosed,CacheKit.Commands.GetCacheKitStatisticsCommand'
    }

    It 'Tenant: refuses a blank tenant in the statistics' {
        { Get-CacheKitStatistics -Session $session -Tenant ' ' } |
            Should -Throw -ErrorId 'TenantInvalid,CacheKit.Commands.GetCacheKitStatisticsCommand'
    }

    It 'Statistics: reports the tenant and the store of Use-CacheKitSession' {
        Use-CacheKitSession -Session $session -Tenant acme {
            $null = Invoke-SecureCached { 1 }
            (Get-CacheKitStatistics).Tenant | Should -Be acme
            (Get-CacheKitStatistics).Misses | Should -Be 1
        }
        Get-Count $session | Should -Be ''
    }

    It 'Statistics: counts each tenant separately' {
        $null = Invoke-SecureCached -Session $session -Tenant acme -Key a { 1 }
        $null = Invoke-SecureCached -Session $session -Tenant acme -Key a { 1 }
        $null = Invoke-SecureCached -Session $session -Tenant globex -Key a { 1 }
        Get-Count $session @{ Tenant = 'acme' } | Should -Be 'MemoryHits 1, Misses 1'
        Get-Count $session @{ Tenant = 'globex' } | Should -Be 'Misses 1'
        Get-Count $session | Should -Be ''
        $null = Get-CacheKitStatistics -Session $session -Tenant acme -Reset
        Get-Count $session @{ Tenant = 'acme' } | Should -Be ''
        Get-Count $session @{ Tenant = 'globex' } | Should -Be 'Misses 1'
    }

    It 'Statistics: counts each session separately' {
        $other = New-CacheKitSession -Memory -MasterKey ('ab' * 32)
        $null = Invoke-SecureCached -Session $other { 1 }
        Get-Count $session | Should -Be ''
        Get-Count $other | Should -Be 'Misses 1'
        $other.Dispose()
    }

    It 'Statistics: starts again with -Reset' {
        $null = 1..2 | ForEach-Object { Invoke-SecureCached -Session $session -Key a { 1 } }
        $before = Get-CacheKitStatistics -Session $session
        Wait-Until { [DateTimeOffset]::UtcNow -gt $before.Since }
        $taken = Get-CacheKitStatistics -Session $session -Reset
        $taken.Calls | Should -Be 2
        $taken.MemoryHitTime.Count | Should -Be 1
        $taken.Since | Should -Be $before.Since
        $after = Get-CacheKitStatistics -Session $session
        $after.Calls | Should -Be 0
        $after.Writes | Should -Be 0
        $after.ComputationTime.Count | Should -Be 0
        $after.Since | Should -BeGreaterThan $before.Since
        # What is in memory is there all the same.
        $after.MemoryEntries | Should -Be $before.MemoryEntries
        $null = Invoke-SecureCached -Session $session -Key a { 1 }
        Get-Count $session | Should -Be 'MemoryHits 1'
    }

    It 'Statistics: belong to the session, and a new environment makes a new session' {
        $null = Invoke-SecureCached -Tenant statistics-environment { 1 }
        (Get-CacheKitStatistics -Tenant statistics-environment).Misses | Should -Be 1
        $env:CACHEKIT_CACHE_PATH = Get-TestPath .db
        (Get-CacheKitStatistics -Tenant statistics-environment).Calls | Should -Be 0
    }

    It 'Statistics: are shown as a list' {
        $null = Invoke-SecureCached -Session $session -Key a { 1 }
        $text = Get-CacheKitStatistics -Session $session | Out-String
        $text | Should -Match 'Misses +: 1'
        $text | Should -Match 'ComputationTime +: .*longest'
    }
}

Describe 'Statistics of calls' {
    BeforeEach {
        Initialize-TestEnvironment
        $table = @{}
        $faults = @{ Get = $false; Set = $false }
        $planted = @{}
        Register-CacheKitBackend Counted -Force -Get {
            param($Key)
            if ($faults.Get) { throw 'down' }
            if ($table.ContainsKey($Key)) { , $table[$Key] }
        } -Set {
            param($Key, $Value, $Ttl)
            if ($faults.Set) { throw 'full' }
            # It keeps everything for ever: entries say themselves when their time is over.
            $null = $Ttl
            $table[$Key] = $Value
        } -Remove {
            param($Key)
            $table.Remove($Key)
        } -Lock {
            param($Key)
            $null = $Key
            foreach ($name in $planted.Keys) { $table[$name] = $planted[$name] }
            $true
        } -Unlock $emptyBackend.Remove
        $session = New-CacheKitSession -Backend Counted -MasterKey ('ab' * 32)
        $fresh = New-CacheKitSession -Backend Counted -MasterKey ('ab' * 32)
    }

    AfterEach {
        $session.Dispose()
        $fresh.Dispose()
        Unregister-CacheKitBackend Counted
    }

    It 'Statistics: counts a miss and then hits in memory' {
        $null = 1..3 | ForEach-Object { Invoke-SecureCached -Session $session -Key a { 1 } }
        Get-Count $session | Should -Be 'MemoryHits 2, Misses 1'
        $statistics = Get-CacheKitStatistics -Session $session
        $statistics.HitRatio | Should -Be (2 / 3)
        $statistics.Writes | Should -Be 1
        $statistics.ComputationTime.Count | Should -Be 1
        $statistics.MemoryHitTime.Count | Should -Be 2
        $statistics.MemoryHitTime.Max | Should -BeGreaterOrEqual $statistics.MemoryHitTime.Average
        $statistics.MemoryHitTime.P95 | Should -BeGreaterThan ([timespan]::Zero)
        $statistics.MemoryEntries | Should -Be 1
        $statistics.MemoryBytes | Should -BeGreaterThan 0
    }

    It 'Statistics: counts a hit in the store' {
        $null = Invoke-SecureCached -Session $session -Key a { 1 }
        Invoke-SecureCached -Session $fresh -Key a { 'not run' } | Should -Be 1
        Get-Count $fresh | Should -Be 'StoreHits 1'
        (Get-CacheKitStatistics -Session $fresh).StoreReadTime.Count | Should -Be 1
    }

    It 'Statistics: counts -Refresh and -Bypass without changing the hit ratio' {
        $null = Invoke-SecureCached -Session $session -Key a -Refresh { 1 }
        $null = Invoke-SecureCached -Session $session -Key a -Bypass { 1 }
        $null = 1..3 | Invoke-SecureCached -Session $session -Bypass { $_ }
        Get-Count $session | Should -Be 'Refreshed 1, Bypassed 4'
        (Get-CacheKitStatistics -Session $session).HitRatio | Should -BeNullOrEmpty
    }

    It 'Statistics: runs -Bypass without a valid configuration' {
        $env:CACHEKIT_CACHE_PATH = 'relative.db'
        Invoke-SecureCached -Bypass { 'run' } | Should -Be 'run'
    }

    It 'Statistics: counts a block that throws as a failure' {
        { Invoke-SecureCached -Session $session -Key a { throw 'down' } } | Should -Throw 'down'
        { Invoke-SecureCached -Session $session -Key a -Refresh { throw 'down' } } | Should -Throw 'down'
        Get-Count $session | Should -Be 'Failures 2'
        (Get-CacheKitStatistics -Session $session).ComputationTime.Count | Should -Be 2
    }

    It 'Statistics: counts a block that writes an error as a failure' {
        Invoke-SecureCached -Session $session -Key a { Write-Error 'down'; 'part' } -ErrorAction SilentlyContinue |
            Should -Be 'part'
        Get-Count $session | Should -Be 'Failures 1'
    }

    It 'Statistics: counts a stale result in place of a failure' {
        Invoke-SecureCached -Session $session -Key a -Ttl 1ms -StaleIfError 1h { 'early' } | Should -Be 'early'
        Wait-Until { -not (Test-CacheKitItem -Session $fresh a) }
        Invoke-SecureCached -Session $session -Key a -StaleIfError 1h { throw 'down' } -WarningAction SilentlyContinue |
            Should -Be 'early'
        Get-Count $session | Should -Be 'Misses 1, Stale 1'
    }

    It 'Statistics: counts a result that another process computed as shared' {
        $null = Invoke-SecureCached -Session $session -Key a { 'from there' }
        foreach ($key in @($table.Keys)) { $planted[$key] = $table[$key] }
        $table.Clear()
        Invoke-SecureCached -Session $fresh -Key a { 'not run' } | Should -Be 'from there'
        Get-Count $fresh | Should -Be 'Shared 1'
        (Get-CacheKitStatistics -Session $fresh).HitRatio | Should -Be 1
    }

    It 'Statistics: counts each of many runspaces once' {
        $memory = New-CacheKitSession -Memory -MasterKey ('ab' * 32)
        $waiting = [Threading.CountdownEvent]::new(8)
        $values = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            Import-Module CacheKit
            $all = $using:waiting
            $null = $all.Signal()
            Invoke-SecureCached -Session $using:memory -Key a -LockTimeout 10m { $null = $all.Wait(300000); 'value' }
        }
        $values | Should -Be (@('value') * 8)
        $statistics = Get-CacheKitStatistics -Session $memory
        $statistics.Misses | Should -Be 1
        $statistics.Hits + $statistics.Shared | Should -Be 7
        $statistics.Calls | Should -Be 8
        $memory.Dispose()
    }

    It 'Statistics: counts each object of a pipeline' {
        1..10 | Invoke-SecureCached -Session $session { $_ } | Should -Be (1..10)
        Get-Count $session | Should -Be 'Misses 10'
        1..10 | Invoke-SecureCached -Session $session { $_ } | Should -Be (1..10)
        Get-Count $session | Should -Be 'MemoryHits 10, Misses 10'
        # Should is a function: objects are looked up together only if it comes later.
        $all = 1..12 | Invoke-SecureCached -Session $fresh { $_ }
        $all | Should -Be (1..12)
        Get-Count $fresh | Should -Be 'StoreHits 10, Misses 2'
        # Batches of 1, 2, 4 and 5, and a look under the lock for each that was not found.
        (Get-CacheKitStatistics -Session $fresh).Reads | Should -Be 6
    }

    It 'Statistics: counts only the objects that a pipeline asked for' {
        1..10 | Invoke-SecureCached -Session $session { $_ } | Select-Object -First 2 | Should -Be @(1, 2)
        Get-Count $session | Should -Be 'Misses 2'
    }

    It 'Statistics: counts refused entries and the block that ran instead' {
        $null = Invoke-SecureCached -Session $session -Key a { 1 }
        foreach ($key in @($table.Keys)) { $table[$key][-1] = $table[$key][-1] -bxor 1 }
        { Invoke-SecureCached -Session $fresh -Key a -FailClosed { 2 } } | Should -Throw -ErrorId 'EntryNotAuthentic,*'
        Get-Count $fresh | Should -Be 'Failures 1, Refused 1'
        Invoke-SecureCached -Session $fresh -Key a { 2 } -WarningAction SilentlyContinue | Should -Be 2
        Get-Count $fresh | Should -Be 'Misses 1, Failures 1, Refused 2'
    }

    It 'Statistics: counts faults of the store' {
        $faults.Get = $faults.Set = $true
        Invoke-SecureCached -Session $session -Key a { 1 } -WarningAction SilentlyContinue | Should -Be 1
        $statistics = Get-CacheKitStatistics -Session $session
        $statistics.Misses | Should -Be 1
        $statistics.ReadFaults | Should -BeGreaterThan 0
        $statistics.WriteFaults | Should -Be 1
        $statistics.Writes | Should -Be 0
    }

    It 'Statistics: counts calls of Invoke-Cached' {
        $null = 1..2 | ForEach-Object { Invoke-Cached -Session $session -Key a { 1 } }
        Get-Count $session | Should -Be 'MemoryHits 1, Misses 1'
        $null = Invoke-Cached -Session $session -Key a -Bypass { 1 }
        $null = Invoke-SecureCached -Session $session -Namespace secret -Key a { 1 }
        Get-Count $session | Should -Be 'MemoryHits 1, Misses 2, Bypassed 1'
    }

    It 'Statistics: counts calls with -Interop' {
        $null = 1..2 | ForEach-Object {
            Invoke-SecureCached -Session $session -Interop get -Namespace users -ArgumentList 1 { 1 }
        }
        Get-Count $session | Should -Be 'StoreHits 1, Misses 1'
    }

    It 'Statistics: counts items that are read' {
        Set-CacheKitItem -Session $session one 1
        Get-CacheKitItem -Session $session one | Should -Be 1
        Get-CacheKitItem -Session $session none -ErrorAction SilentlyContinue
        Get-CacheKitItem -Session $fresh one | Should -Be 1
        Get-Count $session | Should -Be 'MemoryHits 1, Misses 1'
        Get-Count $fresh | Should -Be 'StoreHits 1'
        (Get-CacheKitStatistics -Session $session).Writes | Should -Be 1
    }

    It 'Statistics: counts interop items' {
        $shared = @{ Session = $session; Namespace = 'users'; Interop = 'get' }
        Set-CacheKitItem @shared 1
        Get-CacheKitItem @shared | Should -Be 1
        Get-CacheKitItem @shared -ArgumentList 2 -ErrorAction SilentlyContinue
        Get-Count $session | Should -Be 'StoreHits 1, Misses 1'
    }

    It 'Statistics: counts items that are refused' {
        Set-CacheKitItem -Session $session one 1
        foreach ($key in @($table.Keys)) { $table[$key][-1] = $table[$key][-1] -bxor 1 }
        Get-CacheKitItem -Session $fresh one -FailClosed -ErrorAction SilentlyContinue
        Get-Count $fresh | Should -Be 'Failures 1, Refused 1'
        Get-CacheKitItem -Session $fresh one -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        Get-Count $fresh | Should -Be 'Misses 1, Failures 1, Refused 2'
    }
}
