#Requires -Version 7.4
Set-StrictMode -Version Latest

# A Redis to run against, such as redis://127.0.0.1:6379/15, in CACHEKIT_TEST_REDIS. It is given entries of the
# namespace pester-<random>, which end after ten minutes.

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
    Initialize-TestEnvironment
    $url = $env:CACHEKIT_TEST_REDIS
    $common = @{ Ttl = 600; Namespace = "pester-$([guid]::NewGuid().ToString('N').Substring(0, 12))" }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Redis' -Skip:(-not $env:CACHEKIT_TEST_REDIS) {
    BeforeEach {
        [CacheKitTest.Counter]::Reset()
        $mine = New-CacheKitSession -Redis $url
        $theirs = New-CacheKitSession -Redis $url -NoMemoryTier
    }

    AfterEach {
        $mine.Dispose()
        $theirs.Dispose()
    }

    It 'Redis: shares entries between sessions' {
        foreach ($session in $mine, $theirs) {
            Invoke-SecureCached @common -Session $session -Key one { [CacheKitTest.Counter]::Add(); 'made once' } |
                Should -Be 'made once'
        }
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'Redis: stores secrets encrypted and returns them as secrets' {
        $secret = ConvertTo-Secret 'p4ssw0rd-in-redis'
        $null = Invoke-SecureCached @common -Session $mine -Key secret { $secret }
        $back = Invoke-SecureCached @common -Session $theirs -Key secret { 'not asked' }
        $back | Should -BeOfType securestring
        ConvertFrom-Secret $back | Should -BeExactly 'p4ssw0rd-in-redis'
    }

    It 'Pipeline: keeps an entry in Redis for each object and returns results in order' {
        $first = 1..300 | Invoke-SecureCached @common -Session $mine -Key piped { "item $_" }
        $second = 1..300 | Invoke-SecureCached @common -Session $theirs -Key piped { "not asked $_" }
        $second.Count | Should -Be 300
        $second | Should -Be $first
        $second[299] | Should -Be 'item 300'
    }

    It 'Tenant: keeps separate entries in Redis' {
        $other = New-CacheKitSession -Redis $url -Tenant other
        $null = Invoke-SecureCached @common -Session $mine -Key tenant { 'ours' }
        Invoke-SecureCached @common -Session $other -Key tenant { 'the other''s' } | Should -Be 'the other''s'
        Invoke-SecureCached @common -Session $theirs -Key tenant { 'not asked' } | Should -Be 'ours'
        $other.Dispose()
    }

    It 'Plain: stores public data in Redis' {
        Invoke-Cached @common -Session $mine -Key public { 1, 2, 3 } | Should -Be 1, 2, 3
        Invoke-Cached @common -Session $theirs -Key public { 'not asked' } | Should -Be 1, 2, 3
    }

    It 'Redis: removes an entry from memory when another session replaces it' {
        $null = Invoke-SecureCached @common -Session $mine -Key replaced { 'old' }
        # The message is heard once the session listens, which it does soon after its first call.
        Wait-Until {
            $null = Invoke-SecureCached @common -Session $theirs -Key replaced -Refresh { 'new' }
            (Invoke-SecureCached @common -Session $mine -Key replaced { 'not asked' }) -eq 'new'
        }
    }

    It 'Session: passes all checks with Redis' {
        $checks = Test-CacheKitSession $mine
        @($checks | Where-Object Status -EQ Failed) | Should -BeNullOrEmpty
        Test-CacheKitSession $mine -Quiet | Should -BeTrue
    }

    It 'Redis: warns once when no server answers' {
        $gone = New-CacheKitSession -Redis 'redis://127.0.0.1:1/0'
        $made = 1..3 | ForEach-Object {
            Invoke-SecureCached @common -Session $gone -Key "gone $_" { 'made' } -WarningAction SilentlyContinue `
                -WarningVariable +warnings
        }
        $made | Should -Be 'made', 'made', 'made'
        @($warnings).Count | Should -Be 1
        $warnings[0].Message | Should -BeLike 'Redis at 127.0.0.1:1/0 cannot be reached.*'
        $gone.Dispose()
    }
}
