#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/InteropEntry.ps1"
    $commandType = 'CacheKit.Commands.RemoveCacheKitItemCommand'
}

Describe 'Remove-CacheKitItem -Interop' {
    BeforeEach {
        $table = @{}
        Register-TableBackend -Name InteropRemove -Table $table
        $session = New-CacheKitSession -Backend InteropRemove -MasterKey $master
        $call = @{ Session = $session } + $user
    }

    AfterEach {
        $session.Dispose()
        Unregister-CacheKitBackend InteropRemove
    }

    It 'Interop: removes the entry and no other one' {
        Set-CacheKitItem @call 1
        $other = @{ Session = $session; Interop = 'get_user'; Namespace = 'users'; ArgumentList = 43 }
        Set-CacheKitItem @other 2
        Remove-CacheKitItem @call | Should -BeNullOrEmpty
        Test-CacheKitItem @call | Should -BeFalse
        Test-CacheKitItem @other | Should -BeTrue
    }

    It 'Interop: runs the block again after the removal' {
        Invoke-SecureCached @call { 'first' } | Should -Be 'first'
        Remove-CacheKitItem @call
        Invoke-SecureCached @call { 'second' } | Should -Be 'second'
    }

    It 'Interop: reports a missing entry' {
        $problems = $null
        Remove-CacheKitItem @call -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be "ItemNotFound,$commandType"
        $problems[0].TargetObject | Should -Be 'get_user'
    }

    It 'Interop: removes an entry that it cannot open' {
        $table[$place] = [byte[]] (1, 2, 3)
        Remove-CacheKitItem @call
        $table.Count | Should -Be 0
    }

    It 'WhatIf: removes no interop entry' {
        Set-CacheKitItem @call 1
        Remove-CacheKitItem @call -WhatIf
        Test-CacheKitItem @call | Should -BeTrue
    }

    It 'Audit: records the removal of an interop entry' {
        $audited = New-CacheKitSession -Backend InteropRemove -MasterKey $master -AuditPath "$TestDrive/audit.jsonl"
        Set-CacheKitItem -Session $audited @user 1
        Remove-CacheKitItem -Session $audited @user
        (Get-CacheKitAuditLog -Session $audited).Event | Should -Be @('Seal', 'Cleared')
        $audited.Dispose()
    }

    It 'Interop: refuses <Case>' -ForEach @(
        @{ Case = '-PassThru'; Given = @{ PassThru = $true }; Id = 'AmbiguousParameterSet' }
        @{ Case = '-Key'; Given = @{ Key = 'a' }; Id = 'AmbiguousParameterSet' }
        @{ Case = 'another tenant'; Given = @{ Tenant = 'other' }; Id = 'InteropTenantConflict' }
    ) {
        Set-CacheKitItem @call 1
        { Remove-CacheKitItem @call @Given } | Should -Throw -ErrorId "$Id,$commandType"
        Test-CacheKitItem @call | Should -BeTrue
    }

    It 'Interop: refuses the name <Name>' -ForEach @(
        @{ Name = '' }, @{ Name = '-a' }, @{ Name = 'a:b' }, @{ Name = "a`n" }, @{ Name = 'a..b' }, @{ Name = 'x' * 65 }
    ) {
        { Remove-CacheKitItem -Session $session -Interop $Name -Namespace users } |
            Should -Throw -ErrorId "InteropNameInvalid,$commandType"
        { Remove-CacheKitItem -Session $session -Interop get_user -Namespace $Name } |
            Should -Throw -ErrorId "InteropNameInvalid,$commandType"
    }
}
