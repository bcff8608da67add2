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

    It 'removes the entry, and no other one' {
        Set-CacheKitItem @call 1
        $other = @{ Session = $session; Interop = 'get_user'; Namespace = 'users'; ArgumentList = 43 }
        Set-CacheKitItem @other 2
        Remove-CacheKitItem @call | Should -BeNullOrEmpty
        Test-CacheKitItem @call | Should -BeFalse
        Test-CacheKitItem @other | Should -BeTrue
    }

    It 'lets the block run again' {
        Invoke-SecureCached @call { 'first' } | Should -Be 'first'
        Remove-CacheKitItem @call
        Invoke-SecureCached @call { 'second' } | Should -Be 'second'
    }

    It 'says that there is no entry' {
        $problems = $null
        Remove-CacheKitItem @call -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be "ItemNotFound,$commandType"
        $problems[0].TargetObject | Should -Be 'get_user'
    }

    It 'removes what it could not open' {
        $table[$place] = [byte[]] (1, 2, 3)
        Remove-CacheKitItem @call
        $table.Count | Should -Be 0
    }

    It 'changes nothing under -WhatIf' {
        Set-CacheKitItem @call 1
        Remove-CacheKitItem @call -WhatIf
        Test-CacheKitItem @call | Should -BeTrue
    }

    It 'records it' {
        $audited = New-CacheKitSession -Backend InteropRemove -MasterKey $master -AuditPath "$TestDrive/audit.jsonl"
        Set-CacheKitItem -Session $audited @user 1
        Remove-CacheKitItem -Session $audited @user
        (Get-CacheKitAuditLog -Session $audited).Event | Should -Be @('Seal', 'Cleared')
        $audited.Dispose()
    }

    It 'is refused with <Case>' -ForEach @(
        @{ Case = 'what is passed through'; Given = @{ PassThru = $true }; Id = 'AmbiguousParameterSet' }
        @{ Case = 'a key'; Given = @{ Key = 'a' }; Id = 'AmbiguousParameterSet' }
        @{ Case = 'another tenant'; Given = @{ Tenant = 'other' }; Id = 'InteropTenantConflict' }
    ) {
        Set-CacheKitItem @call 1
        { Remove-CacheKitItem @call @Given } | Should -Throw -ErrorId "$Id,$commandType"
        Test-CacheKitItem @call | Should -BeTrue
    }

    It 'is refused with the name <Name>' -ForEach @(
        @{ Name = '' }, @{ Name = '-a' }, @{ Name = 'a:b' }, @{ Name = "a`n" }, @{ Name = 'a..b' }, @{ Name = 'x' * 65 }
    ) {
        { Remove-CacheKitItem -Session $session -Interop $Name -Namespace users } |
            Should -Throw -ErrorId "InteropNameInvalid,$commandType"
        { Remove-CacheKitItem -Session $session -Interop get_user -Namespace $Name } |
            Should -Throw -ErrorId "InteropNameInvalid,$commandType"
    }
}
