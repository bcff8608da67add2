#Requires -Version 7.4
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Blocks and other tests read them.')]
param()

Set-StrictMode -Version Latest

# A Redis to run against, such as redis://127.0.0.1:6379/15, in CACHEKIT_TEST_REDIS. It is given entries of the namespace
# pester-<random>, which end after a minute.

BeforeAll {
    Import-Module CacheKit
    $script:url = $env:CACHEKIT_TEST_REDIS
    $script:savedKey = $env:CACHEKIT_MASTER_KEY
    $env:CACHEKIT_MASTER_KEY = 'ab' * 32
    $script:common = @{ Ttl = 60; Namespace = "pester-$([guid]::NewGuid().ToString('N').Substring(0, 12))" }
}

AfterAll {
    $env:CACHEKIT_MASTER_KEY = $script:savedKey
}

Describe 'A cache in Redis' -Skip:(-not $env:CACHEKIT_TEST_REDIS) {
    BeforeEach {
        $script:runs = 0
        $script:mine = New-CacheKitSession -Redis $script:url
        $script:theirs = New-CacheKitSession -Redis $script:url -NoMemoryTier
    }

    AfterEach {
        $script:mine.Dispose()
        $script:theirs.Dispose()
    }

    It 'is one for all sessions' {
        Invoke-SecureCached @common -Session $script:mine -Key one { $script:runs++; 'made once' } | Should -Be 'made once'
        Invoke-SecureCached @common -Session $script:theirs -Key one { $script:runs++; 'again' } | Should -Be 'made once'
        $script:runs | Should -Be 1
    }

    It 'keeps what is secret encrypted, and gives it back as itself' {
        $secret = [securestring]::new()
        'p4ssw0rd-in-redis'.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }
        $null = Invoke-SecureCached @common -Session $script:mine -Key secret { $secret }
        $back = Invoke-SecureCached @common -Session $script:theirs -Key secret { 'not asked' }
        $back | Should -BeOfType securestring
        [Net.NetworkCredential]::new('', $back).Password | Should -BeExactly 'p4ssw0rd-in-redis'
    }

    It 'has one entry for each piped object, and gives them back in order' {
        $first = 1..300 | Invoke-SecureCached @common -Session $script:mine -Key piped { "item $_" }
        $second = 1..300 | Invoke-SecureCached @common -Session $script:theirs -Key piped { "not asked $_" }
        $second.Count | Should -Be 300
        $second | Should -Be $first
        $second[299] | Should -Be 'item 300'
    }

    It 'is separate for each tenant' {
        $other = New-CacheKitSession -Redis $script:url -Tenant other
        $null = Invoke-SecureCached @common -Session $script:mine -Key tenant { 'ours' }
        Invoke-SecureCached @common -Session $other -Key tenant { 'the other''s' } | Should -Be 'the other''s'
        Invoke-SecureCached @common -Session $script:theirs -Key tenant { 'not asked' } | Should -Be 'ours'
        $other.Dispose()
    }

    It 'holds public data beside' {
        Invoke-Cached @common -Session $script:mine -Key public { 1, 2, 3 } | Should -Be 1, 2, 3
        Invoke-Cached @common -Session $script:theirs -Key public { 'not asked' } | Should -Be 1, 2, 3
    }

    It 'lets memory go when another session replaces an entry' {
        $null = Invoke-SecureCached @common -Session $script:mine -Key replaced { 'old' }
        # The message is heard once the session listens, which it does soon after its first call.
        $patience = [datetime]::UtcNow.AddSeconds(20)
        $n = 0
        do {
            $n++
            $null = Invoke-SecureCached @common -Session $script:theirs -Key replaced -Refresh { "new $n" }
            $seen = Invoke-SecureCached @common -Session $script:mine -Key replaced { 'not asked' }
        } until ($seen -like 'new *' -or [datetime]::UtcNow -gt $patience)
        $seen | Should -BeLike 'new *'
    }

    It 'passes its own test' {
        $checks = Test-CacheKitSession $script:mine
        @($checks | Where-Object Status -EQ Failed) | Should -BeNullOrEmpty
        Test-CacheKitSession $script:mine -Quiet | Should -BeTrue
    }

    It 'is one warning and no more when nobody is there' {
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
