#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/InteropEntry.ps1"
    $commandType = 'CacheKit.Commands.TestCacheKitItemCommand'
}

Describe 'Test-CacheKitItem -Interop' {
    BeforeEach {
        $table = @{}
        Register-TableBackend -Name InteropTest -Table $table
        $session = New-CacheKitSession -Backend InteropTest -MasterKey $master
        $call = @{ Session = $session } + $user
        $sealing = @{ Key = $place; MasterKey = $master }
    }

    AfterEach {
        $session.Dispose()
        Unregister-CacheKitBackend InteropTest
    }

    It 'Interop: tests whether an entry exists' {
        Test-CacheKitItem @call | Should -BeFalse
        Set-CacheKitItem @call $null
        Test-CacheKitItem @call | Should -BeTrue
        Remove-CacheKitItem @call
        Test-CacheKitItem @call | Should -BeFalse
    }

    It 'Interop: finds an entry of another writer' {
        $table[$place] = Protect-InteropDocument ([byte[]] 0xC0) @sealing
        Test-CacheKitItem @call | Should -BeTrue
    }

    It 'Interop: warns about <Case> and leaves the entry' -ForEach @(
        @{ Case = 'bytes that are not authentic'; Hex = '07'; IsSealed = $false; Says = 'without encryption' }
        @{ Case = 'trailing bytes'; Hex = '0708'; IsSealed = $true; Says = 'does not decode' }
        @{ Case = 'an entry of Python'; Hex = '434b03'; IsSealed = $true; Says = 'auto-mode entry' }
    ) {
        $bytes = [Convert]::FromHexString($Hex)
        $table[$place] = $IsSealed ? (Protect-InteropDocument $bytes @sealing) : $bytes
        $warnings = $null
        Test-CacheKitItem @call -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeFalse
        $warnings | Should -HaveCount 1
        "$warnings" | Should -Match $Says

        $closed = New-CacheKitSession -Backend InteropTest -MasterKey $master -FailClosed
        $problems = $null
        Test-CacheKitItem -Session $closed @user -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeFalse
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId |
            Should -Be "Entry$($IsSealed ? 'Malformed' : 'NotAuthentic'),$commandType"
        $problems[0].ErrorDetails.RecommendedAction | Should -Match 'Remove-CacheKitItem -Interop'
        $closed.Dispose()
        $table.ContainsKey($place) | Should -BeTrue
    }

    It 'Backend: reports StoreUnavailable for an interop item' {
        $get = { param($Key) throw "no $($Key.Length)" }
        $set = { param($Key, $Value, $Ttl) $null = $Key, $Value, $Ttl }
        Register-CacheKitBackend InteropBroken -Force @emptyBackend -Get $get -Set $set
        $broken = New-CacheKitSession -Backend InteropBroken -MasterKey $master
        $problems = $null
        Test-CacheKitItem -Session $broken @user -ErrorVariable problems -ErrorAction SilentlyContinue `
            -WarningAction SilentlyContinue | Should -BeFalse
        $problems.FullyQualifiedErrorId | Should -Be "StoreUnavailable,$commandType"
        Get-CacheKitItem -Session $broken @user -ErrorVariable problems -ErrorAction SilentlyContinue `
            -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $problems.FullyQualifiedErrorId | Should -Be 'StoreUnavailable,CacheKit.Commands.GetCacheKitItemCommand'
        $broken.Dispose()
        Unregister-CacheKitBackend InteropBroken
    }

    It 'Interop: refuses <Case>' -ForEach @(
        @{ Case = '-Name'; Given = @{ Name = 'a' }; Id = 'AmbiguousParameterSet' }
        @{ Case = 'another tenant'; Given = @{ Tenant = 'other' }; Id = 'InteropTenantConflict' }
    ) {
        { Test-CacheKitItem @call @Given } | Should -Throw -ErrorId "$Id,$commandType"
    }
}
