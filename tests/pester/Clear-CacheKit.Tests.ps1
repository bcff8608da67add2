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

    It 'Clear: clears every namespace of one tenant and writes nothing' {
        Clear-CacheKit @common -Force | Should -BeNullOrEmpty
        @(Get-CacheKitEntry @common) | Should -HaveCount 0
        Test-CacheKitItem @common one | Should -BeFalse
        Get-CacheKitItem @common -Tenant other one | Should -Be 'theirs'
        Invoke-Cached @common -WarningAction Ignore -Key plain { 'again' } | Should -Be 'public'
    }

    It 'Clear: selects namespaces by wildcards' {
        $report = Clear-CacheKit @common 'users.*' -Force -PassThru
        $report | Should -BeOfType CacheKit.ClearReport
        $report.Removed | Should -Be 2
        $report.Tenant | Should -Be 'default'
        $report.Namespace | Should -Be 'users.*'
        $report.Store | Should -Match 'SQLite'
        (Get-CacheKitEntry @common -Namespace *).Namespace | Should -Be 'main'
    }

    It 'Clear: reports how many entries of the tenant it removed' {
        $report = Clear-CacheKit @common -Force -PassThru
        $report.Removed | Should -Be 3
        $report.Namespace | Should -Be '*'
        (Clear-CacheKit @common * -Force -PassThru).Removed | Should -Be 0
        (Clear-CacheKit @common * -Tenant other -Force -PassThru).Removed | Should -Be 1
    }

    It 'Clear: clears the namespace it is given, not the one of the session' {
        $scoped = New-CacheKitSession -Path $path -MasterKey $key -Namespace users.a
        (Clear-CacheKit -Session $scoped main -Force -PassThru).Removed | Should -Be 1
        (Clear-CacheKit -Session $scoped -Force -PassThru).Removed | Should -Be 2
        $scoped.Dispose()
    }

    It 'Clear: removes derived entries and the entries of input objects' {
        $null = Invoke-SecureCached @common { 'derived' }
        $null = 1..3 | Invoke-SecureCached @common -Key piped { $_ }
        (Clear-CacheKit @common main -Force -PassThru).Removed | Should -Be 5
    }

    It 'Plain: clears only the unencrypted entries' {
        (Clear-CacheKit @common -Plain -Force -PassThru).Removed | Should -Be 1
        Invoke-Cached @common -WarningAction Ignore -Key plain { 'again' } | Should -Be 'again'
        @(Get-CacheKitEntry @common -Namespace *) | Should -HaveCount 3
    }

    It 'Tenant: clears the entries of all tenants with -AllTenants' {
        $report = Clear-CacheKit @common -AllTenants -Force -PassThru
        $report.Removed | Should -Be 5
        $report.Tenant | Should -BeNullOrEmpty
        $report.Namespace | Should -Be '*'
        @(Get-CacheKitEntry @common -Namespace *) | Should -HaveCount 0
        Test-CacheKitItem @common -Tenant other one | Should -BeFalse
        Invoke-Cached @common -WarningAction Ignore -Key plain { 'again' } | Should -Be 'again'
    }

    It 'MasterKey: clears all tenants without a master key' {
        $env:CACHEKIT_MASTER_KEY = $null
        $other = New-CacheKitSession -Path $path
        (Clear-CacheKit -Session $other -AllTenants -Force -PassThru).Removed | Should -Be 5
        $other.Dispose()
    }

    It 'WhatIf: clears nothing <Case>, not even with -Force' -ForEach @(
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

    It 'Clear: asks no question with -Confirm:$false' {
        (Clear-CacheKit @common -Confirm:$false -PassThru).Removed | Should -Be 3
    }

    It 'Tenant: refuses -Tenant together with -AllTenants or -Plain' {
        { Clear-CacheKit @common -AllTenants -Tenant other -Force } |
            Should -Throw -ErrorId "ParameterConflict,$commandType"
        { Clear-CacheKit @common -Plain -Tenant other -Force } |
            Should -Throw -ErrorId "ParameterConflict,$commandType"
    }

    It 'Namespace: refuses an invalid namespace' {
        { Clear-CacheKit @common -Namespace 'a b' -Force } | Should -Throw -ErrorId "NamespaceInvalid,$commandType"
    }

    It 'Clear: leaves keys of other software in the same store' {
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

    It 'Backend: fails with StoreCannotList when the backend has no -List block' {
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
