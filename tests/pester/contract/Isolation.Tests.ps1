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

Describe 'For <Other>' -ForEach $others {
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

    It 'an item is not found by its name' {
        Test-CacheKitItem -Session $theirs one, * | Should -Be @($false, $false)
        { Get-CacheKitItem -Session $theirs one -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        { Get-CacheKitEntry -Session $theirs one -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        { Remove-CacheKitItem -Session $theirs one -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,*'
        Invoke-SecureCached -Session $theirs -Key one { 'their own' } | Should -Be 'their own'
    }

    It 'nothing is listed, and no pattern matches' {
        @(Get-CacheKitEntry -Session $theirs -Namespace * -IncludeStale) | Should -HaveCount 0
        @(Get-CacheKitItem -Session $theirs *) | Should -HaveCount 0
        Remove-CacheKitItem -Session $theirs *
    }

    It 'an entry is not found by the key of the store' {
        foreach ($entry in $entries) {
            { Get-CacheKitEntry -Session $theirs -Key $entry.Key -ErrorAction Stop } |
                Should -Throw -ErrorId 'EntryNotOfTenant,*'
            { Remove-CacheKitItem -Session $theirs -Key $entry.Key -ErrorAction Stop } |
                Should -Throw -ErrorId 'EntryNotOfTenant,*'
        }
    }

    It 'a piped entry is neither read nor removed' {
        $problems = $null
        $entries | Get-CacheKitItem -Session $theirs -ErrorVariable problems -ErrorAction SilentlyContinue |
            Should -BeNullOrEmpty
        $entries | Remove-CacheKitItem -Session $theirs -ErrorVariable +problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 4
        foreach ($problem in $problems) {
            $problem.FullyQualifiedErrorId | Should -BeLike 'EntryNotOfTenant,*'
        }
    }

    It 'an item of the same name is another one' {
        Set-CacheKitItem -Session $theirs one 'theirs'
        Get-CacheKitItem -Session $theirs one | Should -Be 'theirs'
        Remove-CacheKitItem -Session $theirs one
    }

    It 'calls are not among theirs' {
        (Get-CacheKitStatistics -Session $mine).Calls | Should -BeGreaterThan 0
        (Get-CacheKitStatistics -Session $theirs).Calls | Should -Be 0
        (Get-CacheKitStatistics -Session $mine -Tenant "not $Tenant").Calls | Should -Be 0
        Export-CacheKitMetric -Session $theirs | Should -Not -Match '_calls_total\{[^}]*\} [1-9]'
    }

    It 'clearing takes nothing' {
        (Clear-CacheKit -Session $theirs * -Force -PassThru).Removed | Should -Be 0
    }

    It 'an entry that other languages share has the same key, and does not open' {
        $shared = @{ Interop = 'get'; Namespace = 'shared' }
        Set-CacheKitItem -Session $mine @shared 'acme''s'
        { Get-CacheKitItem -Session $theirs @shared -FailClosed -ErrorAction Stop } |
            Should -Throw -ErrorId 'EntryNotAuthentic,*'
        { Get-CacheKitItem -Session $mine @shared -Tenant globex } | Should -Throw -ErrorId 'InteropTenantConflict,*'
        Get-CacheKitItem -Session $mine @shared | Should -Be 'acme''s'
    }

    It 'protected data does not open' {
        $frame = Protect-CacheKitData -Session $mine 'acme''s'
        { Unprotect-CacheKitData -Session $theirs $frame -ErrorAction Stop } |
            Should -Throw -ErrorId 'DataNotAuthentic,*'
    }
}
