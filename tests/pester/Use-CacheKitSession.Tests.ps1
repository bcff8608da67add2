#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"

    function Get-Token {
        Invoke-SecureCached -Key token { "made for $((Get-CacheKitSession).Tenant)" }
    }

    function Get-Tenant {
        (Get-CacheKitSession).Tenant
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Use-CacheKitSession' {
    BeforeEach {
        Initialize-TestEnvironment
        $session = New-CacheKitSession -Memory -Tenant home -Namespace rooms -Ttl 1h
    }

    AfterEach {
        Remove-CacheKitSession $session
    }

    It 'Session: applies to functions that the block calls' {
        Use-CacheKitSession $session { Get-Token } | Should -Be 'made for home'
        Use-CacheKitSession $session -Tenant acme { Get-Token } | Should -Be 'made for acme'
        Use-CacheKitSession $session { Invoke-SecureCached -Key token { 'another' } } | Should -Be 'made for home'
        Invoke-SecureCached -Session $session -Key token { 'another' } | Should -Be 'made for home'
        Invoke-SecureCached -Session $session -Tenant acme -Key token { 'another' } | Should -Be 'made for acme'
    }

    It 'Session: is taken by name, by position and from the pipeline' {
        Use-CacheKitSession -Session $session -ScriptBlock { Get-Tenant } | Should -Be home
        Use-CacheKitSession $session { Get-Tenant } | Should -Be home
        $session, $session | Use-CacheKitSession -ScriptBlock { Get-Tenant } | Should -Be @('home', 'home')
    }

    It 'Session: keeps the settings that are not changed' {
        $seen = Use-CacheKitSession $session -Tenant acme { Get-CacheKitSession }
        $seen.Tenant | Should -Be acme
        $seen.Namespace | Should -Be rooms
        $seen.Ttl | Should -Be ([timespan]'01:00:00')
        $seen.FailClosed | Should -BeFalse
        $seen.Store | Should -Be $session.Store
        $seen.KeyFingerprint | Should -Not -Be $session.KeyFingerprint
        $seen = Use-CacheKitSession $session -Namespace other -Ttl 5m -FailClosed { Get-CacheKitSession }
        $seen.Namespace, $seen.Ttl, $seen.FailClosed | Should -Be @('other', ([timespan]'00:05:00'), $true)
    }

    It 'Session: nests, and the innermost one applies' {
        $seen = Use-CacheKitSession $session {
            Get-Tenant
            Use-CacheKitSession -Tenant inner { Get-Tenant }
            Get-Tenant
        }
        $seen | Should -Be @('home', 'inner', 'home')
        (Get-CacheKitSession).IsImplicit | Should -BeTrue
    }

    It 'Session: overrides the environment and follows it' {
        $path = $env:CACHEKIT_CACHE_PATH
        Use-CacheKitSession -Tenant acme {
            Get-Token | Should -Be 'made for acme'
            $env:CACHEKIT_CACHE_PATH = Get-TestPath .db
            Invoke-SecureCached -Key token { 'in the other file' } | Should -Be 'in the other file'
            $env:CACHEKIT_CACHE_PATH = $path
            Invoke-SecureCached -Key token { 'not run' } | Should -Be 'made for acme'
        }
    }

    It 'Session: ends with <Name>' -ForEach @(
        @{ Name = 'an exception'; Block = { throw 'over' } }
        @{ Name = 'a return'; Block = { return } }
        @{ Name = 'a terminating error'; Block = { Write-Error 'over' -ErrorAction Stop } }
        @{ Name = 'an unknown command'; Block = { Invoke-NoSuchCommand } }
    ) {
        try {
            Use-CacheKitSession $session $Block
        }
        catch {
            $null = $_
        }

        (Get-CacheKitSession).IsImplicit | Should -BeTrue
    }

    It 'Session: ends when break leaves the loop around it' {
        $seen = foreach ($i in 1..3) {
            Use-CacheKitSession $session {
                if ($i -eq 2) {
                    break
                }

                $i
            }
        }
        $seen | Should -Be 1
        (Get-CacheKitSession).IsImplicit | Should -BeTrue
    }

    It 'Session: does not apply to downstream commands' {
        $seen = Use-CacheKitSession $session { 1, 2 } | ForEach-Object { "$_ $(Get-Tenant)" }
        $seen | Should -Be @('1 default', '2 default')
        $seen = Use-CacheKitSession $session {
            Use-CacheKitSession -Tenant inner { 1 } | ForEach-Object { Get-Tenant }
        } | ForEach-Object { "$_, then $(Get-Tenant)" }
        $seen | Should -Be 'home, then default'
        Use-CacheKitSession $session { 1, 2, 3 } | Select-Object -First 1 | Should -Be 1
        (Get-CacheKitSession).IsImplicit | Should -BeTrue
    }

    It 'Session: does not apply to commands that receive merged <Name>' -ForEach @(
        @{ Name = 'warnings'; Block = { Write-Warning 'seen' } }
        @{ Name = 'errors'; Block = { Write-Error 'seen' } }
        @{ Name = 'information records'; Block = { Write-Information 'seen' } }
    ) {
        $seen = Use-CacheKitSession $session $Block *>&1 | ForEach-Object { "$_ $(Get-Tenant)" }
        $seen | Should -Be 'seen default'
        (Get-CacheKitSession).IsImplicit | Should -BeTrue
    }

    It 'Streams: passes output on at once and shares variables with the caller' {
        $order = [System.Collections.Generic.List[string]]::new()
        $name = 'caller'
        Use-CacheKitSession $session {
            $order.Add("first of $name")
            1
            $order.Add('second')
            $name = 'block'
            2
        } | ForEach-Object { $order.Add("got $_") }
        $order | Should -Be @('first of caller', 'got 1', 'second', 'got 2')
        $name | Should -Be caller
        Use-CacheKitSession $session { param($a, $b) "$a-$b" } -ArgumentList 1, 2 | Should -Be '1-2'
        @(Use-CacheKitSession $session { , @(1, 2) }).Count | Should -Be 1
        @(Use-CacheKitSession $session { }).Count | Should -Be 0
    }

    It 'Streams: applies -ErrorAction to errors of the block' {
        $block = { Write-Error 'one'; 'after' }
        $seen = Use-CacheKitSession $session $block -ErrorAction SilentlyContinue -ErrorVariable found
        $seen | Should -Be after
        $found | Should -HaveCount 1
        "$found" | Should -Be one
    }

    It 'Session: belongs to its runspace and can be passed to another' {
        $other = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $script = {
                param($Session)
                Import-Module CacheKit
                (Get-CacheKitSession).IsImplicit
                Use-CacheKitSession $Session { Invoke-SecureCached -Key shared { 'run again' } }
                (Get-CacheKitSession).IsImplicit
            }
            $seen = Use-CacheKitSession $session {
                $null = Invoke-SecureCached -Key shared { 'run once' }
                $other.AddScript($script).AddArgument((Get-CacheKitSession)).Invoke()
            }
            $other.Streams.Error | Should -BeNullOrEmpty
            $seen | Should -Be @($true, 'run once', $true)
        }
        finally {
            $other.Dispose()
        }
    }

    It 'Session: refuses <Name>' -ForEach @(
        @{ Name = 'a blank tenant'; Call = { Use-CacheKitSession -Tenant ' ' { } }; Id = 'TenantInvalid' }
        @{ Name = 'no tenant'; Call = { Use-CacheKitSession -Tenant $null { } }; Id = 'TenantInvalid' }
        @{
            Name = 'a tenant of 1,025 bytes'
            Call = { Use-CacheKitSession -Tenant ('a' * 1025) { } }
            Id   = 'TenantInvalid'
        }
        @{ Name = 'a control character'; Call = { Use-CacheKitSession -Tenant "a`nb" { } }; Id = 'TenantInvalid' }
        @{
            Name = 'a lone surrogate'
            Call = { Use-CacheKitSession -Tenant "a$([char]0xD800)" { } }
            Id   = 'TenantInvalid'
        }
        @{
            Name = 'a namespace with a colon'
            Call = { Use-CacheKitSession -Namespace a:b { } }
            Id   = 'NamespaceInvalid'
        }
        @{ Name = 'a TTL of nothing'; Call = { Use-CacheKitSession -Ttl 0 { } }; Id = 'TtlInvalid' }
        @{ Name = 'a computed TTL'; Call = { Use-CacheKitSession -Ttl { 5 } { } }; Id = 'TtlInvalid' }
    ) {
        Get-ErrorId $Call | Should -Be $Id
    }

    It 'Tenant: accepts 1,024 bytes' {
        Use-CacheKitSession $session -Tenant ("`u{e9}" * 512) { (Get-Tenant).Length } | Should -Be 512
    }

    It 'Session: fails when it is closed' {
        $closed = New-CacheKitSession -Memory
        Remove-CacheKitSession $closed
        Get-ErrorId { Use-CacheKitSession $closed { 'not run' } } | Should -Be SessionClosed
        Get-ErrorId { Use-CacheKitSession $session { Remove-CacheKitSession $session; Get-Token } } |
            Should -Be SessionClosed
    }

    It 'Completion: offers the tenants that were used' {
        $null = Use-CacheKitSession $session -Tenant 'completed tenant' { }
        Get-CompletionText 'Use-CacheKitSession -Tenant compl' | Should -Contain "'completed tenant'"
    }
}
