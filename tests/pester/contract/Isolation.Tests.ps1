#Requires -Version 7.4
# What one tenant keeps, another tenant and another master key can neither find nor list, read, replace, remove or
# clear.
Set-StrictMode -Version Latest

BeforeDiscovery {
    $others = @(
        @{ Other = 'another tenant'; Tenant = 'globex'; Master = 'ab' * 32 }
        @{ Other = 'another master key'; Tenant = 'acme'; Master = 'cd' * 32 }
    )
}

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
}

Describe 'Isolation from <Other>' -ForEach $others {
    BeforeEach {
        $path = Get-TestPath .db
        $mine = New-CacheKitSession -Path $path -Tenant acme -MasterKey ('ab' * 32)
        $theirs = New-CacheKitSession -Path $path -Tenant $Tenant -MasterKey $Master
        Set-CacheKitItem -Session $mine one 'acme''s'
        $null = Invoke-SecureCached -Session $mine { 'acme''s, too' }
        $entries = @(Get-CacheKitEntry -Session $mine)
    }

    AfterEach {
        @(Get-CacheKitEntry -Session $mine) | Should -HaveCount 2
        Get-CacheKitItem -Session $mine one | Should -Be 'acme''s'
        $mine.Dispose()
        $theirs.Dispose()
    }

    It 'Tenant: finds no item of the other by name' {
        Test-CacheKitItem -Session $theirs one, * | Should -Be @($false, $false)
        { Get-CacheKitItem -Session $theirs one -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        { Get-CacheKitEntry -Session $theirs one -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        { Remove-CacheKitItem -Session $theirs one -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        Invoke-SecureCached -Session $theirs -Key one { 'their own' } | Should -Be 'their own'
    }

    It 'Tenant: lists and matches nothing of the other' {
        @(Get-CacheKitEntry -Session $theirs -Namespace * -IncludeStale) | Should -HaveCount 0
        @(Get-CacheKitItem -Session $theirs *) | Should -HaveCount 0
        Remove-CacheKitItem -Session $theirs *
    }

    It 'Tenant: finds no entry of the other by its key in the store' {
        foreach ($entry in $entries) {
            { Get-CacheKitEntry -Session $theirs -Key $entry.Key -ErrorAction Stop } |
                Should -Throw -ErrorId 'EntryNotOfTenant,*'
            { Remove-CacheKitItem -Session $theirs -Key $entry.Key -ErrorAction Stop } |
                Should -Throw -ErrorId 'EntryNotOfTenant,*'
        }
    }

    It 'Tenant: neither reads nor removes a piped entry of the other' {
        $problems = $null
        $entries | Get-CacheKitItem -Session $theirs -ErrorVariable problems -ErrorAction SilentlyContinue |
            Should -BeNullOrEmpty
        $entries | Remove-CacheKitItem -Session $theirs -ErrorVariable +problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 4
        foreach ($problem in $problems) {
            $problem.FullyQualifiedErrorId | Should -BeLike 'EntryNotOfTenant,*'
        }
    }

    It 'Tenant: has its own item under the same name' {
        Set-CacheKitItem -Session $theirs one 'theirs'
        Get-CacheKitItem -Session $theirs one | Should -Be 'theirs'
        Remove-CacheKitItem -Session $theirs one
    }

    It 'Tenant: has its own statistics' {
        (Get-CacheKitStatistics -Session $mine).Calls | Should -BeGreaterThan 0
        (Get-CacheKitStatistics -Session $theirs).Calls | Should -Be 0
        (Get-CacheKitStatistics -Session $mine -Tenant "not $Tenant").Calls | Should -Be 0
        Export-CacheKitMetric -Session $theirs | Should -Not -Match '_calls_total\{[^}]*\} [1-9]'
    }

    It 'Tenant: clears nothing of the other' {
        (Clear-CacheKit -Session $theirs * -Force -PassThru).Removed | Should -Be 0
    }

    It 'Tenant: shares the interop key with the other but does not open its entry' {
        $shared = @{ Interop = 'get'; Namespace = 'shared' }
        Set-CacheKitItem -Session $mine @shared 'acme''s'
        { Get-CacheKitItem -Session $theirs @shared -FailClosed -ErrorAction Stop } |
            Should -Throw -ErrorId 'EntryNotAuthentic,*'
        { Get-CacheKitItem -Session $mine @shared -Tenant globex } | Should -Throw -ErrorId 'InteropTenantConflict,*'
        Get-CacheKitItem -Session $mine @shared | Should -Be 'acme''s'
    }

    It 'Tenant: does not open protected data of the other' {
        $frame = Protect-CacheKitData -Session $mine 'acme''s'
        { Unprotect-CacheKitData -Session $theirs $frame -ErrorAction Stop } |
            Should -Throw -ErrorId 'DataNotAuthentic,*'
    }
}
