#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.ClearCacheKitCommand'
    $key = 'ab' * 32
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Clear-CacheKit' {
    BeforeEach {
        Initialize-TestEnvironment
        $path = Get-TestPath .db
        $session = New-CacheKitSession -Path $path -MasterKey $key
        $common = @{ Session = $session }
        foreach ($namespace in 'main', 'users.a', 'users.b') {
            Set-CacheKitItem @common -Namespace $namespace one 1
        }
        Set-CacheKitItem @common -Tenant other one 'theirs'
        $null = Invoke-Cached @common -WarningAction Ignore -Key plain { 'public' }
    }

    AfterEach {
        $session.Dispose()
    }

    It 'clears all namespaces of one tenant, and writes nothing' {
        Clear-CacheKit @common -Force | Should -BeNullOrEmpty
        @(Get-CacheKitEntry @common) | Should -HaveCount 0
        Test-CacheKitItem @common one | Should -BeFalse
        Get-CacheKitItem @common -Tenant other one | Should -Be 'theirs'
        Invoke-Cached @common -WarningAction Ignore -Key plain { 'again' } | Should -Be 'public'
    }

    It 'clears namespaces by wildcards' {
        $report = Clear-CacheKit @common 'users.*' -Force -PassThru
        $report | Should -BeOfType CacheKit.ClearReport
        $report.Removed | Should -Be 2
        $report.Tenant | Should -Be 'default'
        $report.Namespace | Should -Be 'users.*'
        $report.Store | Should -Match 'SQLite'
        (Get-CacheKitEntry @common -Namespace *).Namespace | Should -Be 'main'
    }

    It 'clears one tenant whole' {
        $report = Clear-CacheKit @common -Force -PassThru
        $report.Removed | Should -Be 3
        $report.Namespace | Should -Be '*'
        (Clear-CacheKit @common * -Force -PassThru).Removed | Should -Be 0
        (Clear-CacheKit @common * -Tenant other -Force -PassThru).Removed | Should -Be 1
    }

    It 'clears one namespace, whatever that of the session is' {
        $scoped = New-CacheKitSession -Path $path -MasterKey $key -Namespace users.a
        (Clear-CacheKit -Session $scoped main -Force -PassThru).Removed | Should -Be 1
        (Clear-CacheKit -Session $scoped -Force -PassThru).Removed | Should -Be 2
        $scoped.Dispose()
    }

    It 'clears derived entries and entries of input objects, too' {
        $null = Invoke-SecureCached @common { 'derived' }
        $null = 1..3 | Invoke-SecureCached @common -Key piped { $_ }
        (Clear-CacheKit @common main -Force -PassThru).Removed | Should -Be 5
    }

    It 'clears plain entries alone' {
        (Clear-CacheKit @common -Plain -Force -PassThru).Removed | Should -Be 1
        Invoke-Cached @common -WarningAction Ignore -Key plain { 'again' } | Should -Be 'again'
        @(Get-CacheKitEntry @common -Namespace *) | Should -HaveCount 3
    }

    It 'clears everything of ours' {
        $report = Clear-CacheKit @common -AllTenants -Force -PassThru
        $report.Removed | Should -Be 5
        $report.Tenant | Should -BeNullOrEmpty
        $report.Namespace | Should -Be '*'
        @(Get-CacheKitEntry @common -Namespace *) | Should -HaveCount 0
        Test-CacheKitItem @common -Tenant other one | Should -BeFalse
        Invoke-Cached @common -WarningAction Ignore -Key plain { 'again' } | Should -Be 'again'
    }

    It 'needs no master key to clear everything' {
        $env:CACHEKIT_MASTER_KEY = $null
        $other = New-CacheKitSession -Path $path
        (Clear-CacheKit -Session $other -AllTenants -Force -PassThru).Removed | Should -Be 5
        $other.Dispose()
    }

    It 'clears nothing <Case> under -WhatIf, even with -Force' -ForEach @(
        @{ Case = 'of a tenant'; What = @{ } }
        @{ Case = 'of all tenants'; What = @{ AllTenants = $true } }
        @{ Case = 'plain'; What = @{ Plain = $true } }
    ) {
        Clear-CacheKit @common @What -Namespace * -WhatIf
        Clear-CacheKit @common @What -Namespace * -Force -WhatIf
        $WhatIfPreference = $true
        Clear-CacheKit @common @What -Namespace * -Force
        $WhatIfPreference = $false
        @(Get-CacheKitEntry @common -Namespace *) | Should -HaveCount 3
        Invoke-Cached @common -WarningAction Ignore -Key plain { 'again' } | Should -Be 'public'
    }

    It 'goes on without a question when confirmation is off' {
        (Clear-CacheKit @common -Confirm:$false -PassThru).Removed | Should -Be 3
    }

    It 'refuses a tenant where all are meant' {
        { Clear-CacheKit @common -AllTenants -Tenant other -Force } |
            Should -Throw -ErrorId "ParameterConflict,$commandType"
        { Clear-CacheKit @common -Plain -Tenant other -Force } |
            Should -Throw -ErrorId "ParameterConflict,$commandType"
    }

    It 'refuses a namespace that is none' {
        { Clear-CacheKit @common -Namespace 'a b' -Force } | Should -Throw -ErrorId "NamespaceInvalid,$commandType"
    }

    It 'leaves what others keep in the same store' {
        $table = @{ 'ck:mine' = [byte[]] (1, 2); 'other' = [byte[]] (1, 2) }
        Register-TableBackend -Name Table -Table $table -List
        $other = New-CacheKitSession -Backend Table -MasterKey $key
        try {
            Set-CacheKitItem -Session $other one 1
            (Clear-CacheKit -Session $other -AllTenants -Force -PassThru).Removed | Should -Be 1
            $table.Keys | Sort-Object | Should -Be @('ck:mine', 'other')
        }
        finally {
            $other.Dispose()
            Unregister-CacheKitBackend Table
        }
    }

    It 'says how to go on when the store cannot list' {
        Register-CacheKitBackend Plain -Force @emptyBackend
        $other = New-CacheKitSession -Backend Plain -MasterKey $key
        try {
            { Clear-CacheKit -Session $other -Force -ErrorAction Stop } |
                Should -Throw -ErrorId "StoreCannotList,$commandType"
        }
        finally {
            $other.Dispose()
            Unregister-CacheKitBackend Plain
        }
    }
}
