#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.InvokeCachedCommand'
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Invoke-Cached' {
    BeforeEach {
        Initialize-TestEnvironment
        $env:CACHEKIT_MASTER_KEY = $null
    }

    It 'Plain: runs the block once, without a master key' {
        Invoke-Cached { [CacheKitTest.Counter]::Add(); 'value' } | Should -Be 'value'
        Invoke-Cached { [CacheKitTest.Counter]::Add(); 'value' } | Should -Be 'value'
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'Plain: finds the entry in the store' {
        $null = Invoke-Cached -Key 'k' { 'value' }
        # A new session, whose memory is empty.
        $env:CACHEKIT_MASTER_KEY_FILE = 'changed'
        Invoke-Cached -Key 'k' { 'other' } | Should -Be 'value'
    }

    It 'Values: keeps number and types of objects: <Name>' -ForEach @(
        @{ Name = 'nothing'; Block = { }; Count = 0 }
        @{ Name = 'null'; Block = { $null }; Count = 1 }
        @{ Name = 'three'; Block = { 1; 'b'; 2.5 }; Count = 3 }
        @{ Name = 'an array as one'; Block = { , @(1, 2) }; Count = 1 }
        @{ Name = 'an object'; Block = { [pscustomobject]@{ B = 1; A = [datetime]::UnixEpoch } }; Count = 1 }
    ) {
        $first = @(Invoke-Cached $Block)
        $second = @(Invoke-Cached $Block)
        $first.Count | Should -Be $Count
        $second.Count | Should -Be $Count
        ($second | Out-String) | Should -Be ($first | Out-String)
    }

    It 'Ttl: runs the block again after the time to live' {
        Wait-Until {
            $null = Invoke-Cached -Key 'k' -Ttl 1ms { [CacheKitTest.Counter]::Add() }
            [CacheKitTest.Counter]::Count -eq 2
        }
    }

    It 'Pipeline: keeps an entry for each input object, and for each value of -VaryBy' {
        'a', 'b', 'a' | Invoke-Cached { [CacheKitTest.Counter]::Add(); "v$_" } | Should -Be @('va', 'vb', 'va')
        $null = Invoke-Cached -Key 'k' -VaryBy 1 { [CacheKitTest.Counter]::Add() }
        $null = Invoke-Cached -Key 'k' -VaryBy 2 { [CacheKitTest.Counter]::Add() }
        [CacheKitTest.Counter]::Count | Should -Be 4
    }

    It 'StaleIfError: returns an older result when the block fails' {
        $null = Invoke-Cached -Key 'k' -Ttl 1ms -StaleIfError '1h' { 'good' }
        # A hit until the time to live is over.
        Wait-Until {
            Invoke-Cached -Key 'k' -StaleIfError '1h' { [CacheKitTest.Counter]::Add(); throw 'down' } 3> $null |
                Should -Be 'good'
            [CacheKitTest.Counter]::Count -gt 0
        }
    }

    It 'Errors: does not cache the result of a block that wrote an error' {
        Invoke-Cached -Key 'k' { 'part'; Write-Error 'bad' } 2> $null | Should -Be 'part'
        Invoke-Cached -Key 'k' { 'whole' } | Should -Be 'whole'
    }

    It 'Plain: returns a secret but does not cache it: <Name>' -ForEach @(
        @{ Name = 'text'; Block = { ConvertTo-Secret 'hidden-text' } }
        @{ Name = 'credential'; Block = { [pscredential]::new('user', (ConvertTo-Secret 'hidden-text')) } }
        @{ Name = 'deep'; Block = { @{ a = @(1, [pscustomobject]@{ b = ConvertTo-Secret 'hidden-text' }) } } }
    ) {
        $failure = $null
        $value = Invoke-Cached -Key 'k' $Block -ErrorVariable failure -ErrorAction SilentlyContinue
        $value | Should -Not -BeNullOrEmpty
        $failure[0].FullyQualifiedErrorId | Should -Be "SecretRefused,$commandType"
        Invoke-Cached -Key 'k' { 'public' } | Should -Be 'public'
        # In one byte for each character, or in two.
        [IO.Directory]::GetFiles($TestDrive) |
            Where-Object { (Read-OpenFile $_).Replace("`0", '').Contains('hidden-text') } | Should -BeNullOrEmpty
    }

    It 'Key: refuses a secret as part of a plain key' {
        $secret = ConvertTo-Secret 'hidden-text'
        { Invoke-Cached { $secret.Length } } | Should -Throw -ErrorId "SecretRefused,$commandType"
        { Invoke-Cached { 1 } -VaryBy $secret } | Should -Throw -ErrorId "SecretRefused,$commandType"
    }

    It 'Plain: shares no entry with Invoke-SecureCached' {
        $env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey
        $null = Invoke-SecureCached -Key 'k' { 'secure' }
        Invoke-Cached -Key 'k' { 'plain' } 3> $null | Should -Be 'plain'
        Invoke-SecureCached -Key 'k' { 'other' } | Should -Be 'secure'
        Invoke-Cached -Key 'k' { 'other' } | Should -Be 'plain'
    }

    It 'Plain: warns once when the namespace has encrypted entries' {
        $env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey
        $null = Invoke-SecureCached -Namespace 'mixed' { 'secure' }
        $null = Invoke-Cached -Namespace 'mixed' { 1 } -WarningVariable first -WarningAction SilentlyContinue
        $null = Invoke-Cached -Namespace 'mixed' { 2 } -WarningVariable second -WarningAction SilentlyContinue
        $null = Invoke-Cached -Namespace 'other' { 1 } -WarningVariable third -WarningAction SilentlyContinue
        "$first" | Should -BeLike "*'mixed' holds encrypted entries*"
        $second.Count | Should -Be 0
        $third.Count | Should -Be 0
    }

    It 'Key: uses the key that Get-CacheKitKey -Plain shows' {
        $report = Get-CacheKitKey -Plain { 1 }
        $line = Invoke-Cached { 1 } -Verbose 4>&1 | ForEach-Object { "$_" } | Where-Object { $_ -like 'Miss: *' }
        $line | Should -Be "Miss: $($report.Key)."
        $report.Key | Should -MatchExactly '\Ack:-:main:[0-9a-f]{40}\z'
    }

    It 'FailClosed: has no -FailClosed parameter' {
        { Invoke-Cached -FailClosed { 1 } } | Should -Throw -ErrorId "NamedParameterNotFound,$commandType"
    }
}
