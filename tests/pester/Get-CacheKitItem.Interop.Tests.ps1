#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/InteropEntry.ps1"
    $commandType = 'CacheKit.Commands.GetCacheKitItemCommand'
}

Describe 'Get-CacheKitItem -Interop' {
    BeforeEach {
        $session = New-CacheKitSession -Path (Get-TestPath .db) -MasterKey $master
        $call = @{ Session = $session } + $user
    }

    AfterEach {
        $session.Dispose()
    }

    It 'Interop: reads what Set-CacheKitItem and Invoke-SecureCached stored' {
        Set-CacheKitItem @call 'from the item'
        Get-CacheKitItem @call | Should -BeExactly 'from the item'
        Invoke-SecureCached @call { 'not run' } | Should -Be 'from the item'
        $null = Invoke-SecureCached @call -Refresh { 'from the block' }
        Get-CacheKitItem @call | Should -BeExactly 'from the block'
    }

    It 'Interop: writes null as nothing, an array item by item and a map as one object' {
        Set-CacheKitItem @call $null
        @(Get-CacheKitItem @call) | Should -HaveCount 0
        Set-CacheKitItem @call @(1, $null, @(2, 3))
        $found = @(Get-CacheKitItem @call)
        $found | Should -HaveCount 3
        $found[1] | Should -BeNullOrEmpty
        $found[2] | Should -Be @(2, 3)
        Set-CacheKitItem @call ([ordered] @{ b = 1; a = @{ c = 2 } })
        $found = @(Get-CacheKitItem @call)
        $found | Should -HaveCount 1
        $found[0] | Should -BeOfType pscustomobject
        $found[0].a.c | Should -Be 2
    }

    It 'Interop: returns maps as ordered hashtables with -AsHashtable' {
        Set-CacheKitItem @call ([ordered] @{ b = 1; a = @{ c = 2 } })
        $found = Get-CacheKitItem @call -AsHashtable
        $found | Should -BeOfType hashtable
        @($found.Keys) | Should -Be @('a', 'b')
        $found['a'] | Should -BeOfType hashtable
    }

    It 'Interop: reports a missing entry with its key and a recommended action' {
        $problems = $null
        Get-CacheKitItem @call -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be "ItemNotFound,$commandType"
        $problems[0].TargetObject | Should -Be 'get_user'
        "$($problems[0])" | Should -Match ([regex]::Escape($place))
        $problems[0].ErrorDetails.RecommendedAction | Should -Match 'Get-CacheKitKey -Interop'
    }

    It 'Interop: finds an entry by its arguments only' {
        Set-CacheKitItem @call 'the answer'
        foreach ($other in @(43), @('42'), @(42, $null), @()) {
            $call['ArgumentList'] = $other
            { Get-CacheKitItem @call -ErrorAction Stop } | Should -Throw -ErrorId "ItemNotFound,$commandType"
        }
        $call['ArgumentList'] = 42.0
        Get-CacheKitItem @call | Should -Be 'the answer'
    }

    It 'Namespace: uses the namespace of the session for an interop item' {
        $other = New-CacheKitSession -Path "$TestDrive/named.db" -MasterKey $master -Namespace users
        Set-CacheKitItem -Session $other -Interop get_user 'named'
        Get-CacheKitItem -Session $other -Interop get_user -Namespace users | Should -Be 'named'
        $other.Dispose()
    }

    It 'Interop: refuses <Case>' -ForEach @(
        @{ Case = 'no namespace'; Given = @{ Interop = 'get_user' }; Id = 'InteropNameInvalid' }
        @{ Case = 'a capital letter'; Given = @{ Interop = 'Get'; Namespace = 'users' }; Id = 'InteropNameInvalid' }
        @{ Case = 'no operation'; Given = @{ Interop = $null; Namespace = 'users' }; Id = 'InteropNameInvalid' }
        @{ Case = 'a reserved namespace'; Given = @{ Interop = 'a'; Namespace = 'ns' }; Id = 'InteropNameInvalid' }
        @{
            Case  = 'another tenant'
            Given = @{ Interop = 'a'; Namespace = 'b'; Tenant = 'c' }
            Id    = 'InteropTenantConflict'
        }
        @{
            Case  = 'a null list'
            Given = @{ Interop = 'a'; Namespace = 'b'; ArgumentList = $null }
            Id    = 'InteropArgumentInvalid'
        }
        @{
            Case  = 'a decimal'
            Given = @{ Interop = 'a'; Namespace = 'b'; ArgumentList = 1d }
            Id    = 'InteropArgumentInvalid'
        }
        @{ Case = '-Name'; Given = @{ Interop = 'a'; Namespace = 'b'; Name = 'c' }; Id = 'AmbiguousParameterSet' }
    ) {
        { Get-CacheKitItem -Session $session @Given } | Should -Throw -ErrorId "$Id,$commandType"
    }

    It 'Interop: refuses a session whose store is not shared' {
        $memory = New-CacheKitSession -Memory -MasterKey $master
        { Get-CacheKitItem -Session $memory @user } | Should -Throw -ErrorId "InteropStoreUnsuitable,$commandType"
        $memory.Dispose()
    }

    It 'Interop: refuses a backend that does not expire entries' {
        Register-CacheKitBackend InteropEndless -Force @emptyBackend
        $endless = New-CacheKitSession -Backend InteropEndless -MasterKey $master
        { Get-CacheKitItem -Session $endless @user } | Should -Throw -ErrorId "InteropStoreUnsuitable,$commandType"
        $endless.Dispose()
        Unregister-CacheKitBackend InteropEndless
    }
}

Describe 'Get-CacheKitItem -Interop with bytes of other writers' {
    BeforeEach {
        $table = @{}
        Register-TableBackend -Name InteropGet -Table $table
        $session = New-CacheKitSession -Backend InteropGet -MasterKey $master -Tenant cross-sdk-test
        $call = @{ Session = $session } + $user
        $sealing = @{ Key = $place; MasterKey = $master; Tenant = 'cross-sdk-test' }
    }

    AfterEach {
        $session.Dispose()
        Unregister-CacheKitBackend InteropGet
    }

    It 'Interop: opens the published vector' {
        $other = New-CacheKitSession -Backend InteropGet -MasterKey ('61' * 32) -Tenant cross-sdk-test
        $table[$place] = [Convert]::FromHexString(
            '000102030405060708090a0b033caf732820ce189e1506f842aebf8cdb6a242eb08c55b6f5a91eb9007b3bd657')
        $found = Get-CacheKitItem -Session $other @user
        $found.PSObject.Properties.Name | Should -Be @('age', 'name')
        $found.age | Should -Be 30
        $found.name | Should -BeExactly 'alice'
        $other.Dispose()
    }

    It 'MasterKey: tries every key of the ring on an interop entry' {
        $table[$place] = Protect-InteropDocument ([byte[]] 0x07) @sealing
        $ring = New-CacheKitSession -Backend InteropGet -MasterKey ('cd' * 32) -PreviousMasterKey ('ef' * 32), $master `
            -Tenant cross-sdk-test
        Get-CacheKitItem -Session $ring @user | Should -Be 7
        $ring.Dispose()
    }

    It 'Interop: reads documents that are not canonical: <Case>' -ForEach @(
        @{ Case = 'a wide integer'; Hex = 'd30000000000000007'; Expected = 7 }
        @{ Case = 'a float32'; Hex = 'ca3fc00000'; Expected = 1.5 }
        @{ Case = 'names in no order'; Hex = '82a162' + '01' + 'a161' + '02'; Expected = '@{b=1; a=2}' }
        @{ Case = 'a name that is a number'; Hex = '810708'; Expected = '[7, 8]' }
        @{ Case = 'names that differ by case'; Hex = '82a141' + '01' + 'a161' + '02'; Expected = '[A, 1] [a, 2]' }
    ) {
        $table[$place] = Protect-InteropDocument ([Convert]::FromHexString($Hex)) @sealing
        $found = Get-CacheKitItem @call
        $found = $found -is [System.Collections.IDictionary] ? "$($found.GetEnumerator())" : $found
        "$found" | Should -BeExactly "$Expected"
    }

    It 'Interop: warns about <Case>, removes the entry and reports it as missing' -ForEach @(
        @{
            Case   = 'altered bytes'
            Change = { $args[0][-1] = $args[0][-1] -bxor 1; , $args[0] }
            Says   = 'not authentic'
        }
        @{ Case = 'too few bytes'; Change = { , $args[0][0..20] }; Says = 'too short' }
        @{ Case = 'an entry in clear'; Change = { , [byte[]] 0x07 }; Says = 'without encryption' }
        @{ Case = 'another tenant''s'; Tenant = 'other'; Says = 'not authentic' }
        @{ Case = 'an entry of Python'; Hex = '434b03'; Says = 'auto-mode entry' }
        @{ Case = 'trailing bytes'; Hex = '0708'; Says = 'does not decode' }
        @{ Case = 'a bomb'; Hex = 'ddffffffff'; Says = 'does not decode' }
        @{ Case = '101 levels'; Hex = '91' * 101 + '07'; Says = 'does not decode' }
    ) {
        $row = $_
        $sealing['Tenant'] = $row['Tenant'] ?? 'cross-sdk-test'
        $bytes = Protect-InteropDocument ([Convert]::FromHexString($row['Hex'] ?? '07')) @sealing
        $bytes = $row['Change'] ? (& $row['Change'] $bytes) : $bytes

        $table[$place] = [byte[]] $bytes
        { Get-CacheKitItem @call -FailClosed -ErrorAction Stop } |
            Should -Throw -ErrorId "Entry$($row['Hex'] ? 'Malformed' : 'NotAuthentic'),$commandType"
        $table.ContainsKey($place) | Should -BeTrue

        $warnings = $problems = $null
        Get-CacheKitItem @call -WarningVariable warnings -WarningAction SilentlyContinue -ErrorVariable problems `
            -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $warnings | Should -HaveCount 1
        "$warnings" | Should -Match $Says
        "$warnings" | Should -Match ([regex]::Escape($place))
        $problems[0].FullyQualifiedErrorId | Should -Be "ItemNotFound,$commandType"
        $table.ContainsKey($place) | Should -BeFalse
    }

    It 'FailClosed: follows the session unless the call says otherwise' {
        $table[$place] = [byte[]] 0x07
        $closed = New-CacheKitSession -Backend InteropGet -MasterKey $master -FailClosed
        { Get-CacheKitItem -Session $closed @user -ErrorAction Stop } |
            Should -Throw -ErrorId "EntryNotAuthentic,$commandType"
        $table.ContainsKey($place) | Should -BeTrue
        $call['Session'] = $closed
        { Get-CacheKitItem @call -FailClosed:$false -ErrorAction Stop -WarningAction SilentlyContinue } |
            Should -Throw -ErrorId "ItemNotFound,$commandType"
        $closed.Dispose()
    }
}

Describe 'Get-CacheKitItem -Interop with an audit log' {
    It 'Audit: records the interop entries that it refuses: <Case>' -ForEach @(
        @{ Case = 'what is not authentic'; Hex = '07'; IsSealed = $false; Events = 'Refused' }
        @{ Case = 'what does not decode'; Hex = '0708'; IsSealed = $true; Events = 'Open', 'Refused' }
    ) {
        $table = @{}
        Register-TableBackend -Name InteropAudit -Table $table
        $audited = New-CacheKitSession -Backend InteropAudit -MasterKey $master -FailClosed `
            -AuditPath "$TestDrive/refused-$IsSealed/audit.jsonl"
        try {
            $bytes = [Convert]::FromHexString($Hex)
            $table[$place] = $IsSealed ? (Protect-InteropDocument $bytes -Key $place -MasterKey $master) : $bytes
            { Get-CacheKitItem -Session $audited @user -ErrorAction Stop } |
                Should -Throw -ErrorId "Entry*,$commandType"
            (Get-CacheKitAuditLog -Session $audited).Event | Should -Be @($Events)
        }
        finally {
            $audited.Dispose()
            Unregister-CacheKitBackend InteropAudit
        }
    }

    It 'Audit: returns no interop item when the required log cannot be written' {
        $folder = "$TestDrive/trail"
        $audited = New-CacheKitSession -Path "$TestDrive/audited.db" -MasterKey $master `
            -AuditPath "$folder/audit.jsonl" -AuditRequired
        try {
            Get-CacheKitItem -Session $audited @user -ErrorAction Ignore
            Set-CacheKitItem -Session $audited @user 'the value'
            Get-CacheKitItem -Session $audited @user | Should -Be 'the value'
            $lines = Get-CacheKitAuditLog -Session $audited
            $lines.Event | Should -Be @('Miss', 'Seal', 'Open')
            $lines.KeyId | Should -Be @($place, $place, $place)
            [System.IO.Directory]::Delete($folder, $true)
            [System.IO.File]::WriteAllText($folder, 'no folder any more')
            $given = [System.Collections.Generic.List[object]]::new()
            { Get-CacheKitItem -Session $audited @user -ErrorAction Stop | ForEach-Object { $given.Add($_) } } |
                Should -Throw -ErrorId "AuditWriteFailed,$commandType"
            $given.Count | Should -Be 0
        }
        finally {
            $audited.Dispose()
        }
    }
}
