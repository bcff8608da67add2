#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/InteropEntry.ps1"
    $commandType = 'CacheKit.Commands.InvokeCachedCommand'
    $place = (Get-CacheKitKey -Interop get_user -Namespace users -Plain).Key
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Invoke-Cached -Interop' {
    BeforeEach {
        Initialize-TestEnvironment
        $env:CACHEKIT_MASTER_KEY = $null
        $table = @{}
        Register-TableBackend -Name InteropPlain -Table $table
        $session = New-CacheKitSession -Backend InteropPlain
        $call = @{ Session = $session; Interop = 'get_user'; Namespace = 'users' }
    }

    AfterEach {
        $session.Dispose()
        Unregister-CacheKitBackend InteropPlain
    }

    It 'Interop: stores the document under the shared key without a master key' {
        $null = Invoke-Cached @call { [pscustomobject] @{ name = 'alice'; age = 30 } }
        @($table.Keys) | Should -Be @($place)
        [Convert]::ToHexString($table[$place]) | Should -Be '82a36167651ea46e616d65a5616c696365'
    }

    It 'Interop: reads what others stored' {
        $table[$place] = [Convert]::FromHexString('82a36167651ea46e616d65a5616c696365')
        $found = Invoke-Cached @call { [CacheKitTest.Counter]::Add() }
        $found.name | Should -BeExactly 'alice'
        $found.age | Should -Be 30
        (Invoke-Cached @call -AsHashtable { [CacheKitTest.Counter]::Add() })['name'] | Should -BeExactly 'alice'
        [CacheKitTest.Counter]::Count | Should -Be 0
    }

    It 'Interop: returns the same from the cache as from the block: <Case>' -ForEach @(
        @{ Case = 'nothing'; Block = { [CacheKitTest.Counter]::Add() }; Count = 0 }
        @{ Case = 'one'; Block = { [CacheKitTest.Counter]::Add(); 'one' }; Count = 1 }
        @{ Case = 'several'; Block = { [CacheKitTest.Counter]::Add(); 1; 'two' }; Count = 2 }
    ) {
        $miss = @(Invoke-Cached @call $Block)
        $hit = @(Invoke-Cached @call $Block)
        $miss | Should -HaveCount $Count
        ConvertTo-Json -InputObject $hit | Should -BeExactly (ConvertTo-Json -InputObject $miss)
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'Pipeline: keeps an interop entry for each input object' {
        1..20 | Invoke-Cached @call { [CacheKitTest.Counter]::Add(); $_ } | Should -Be (1..20)
        1..20 | Invoke-Cached @call { [CacheKitTest.Counter]::Add(); $_ } | Should -Be (1..20)
        [CacheKitTest.Counter]::Count | Should -Be 20
        $table.Count | Should -Be 20
    }

    It 'Interop: drops <Case> with one warning and runs the block' -ForEach @(
        @{ Case = 'an entry of Python itself'; Hex = '434b0300000002' + '7b7d'; Says = 'auto-mode entry' }
        @{ Case = 'trailing bytes'; Hex = '0708'; Says = 'does not decode' }
        @{ Case = 'half a document'; Hex = '92'; Says = 'does not decode' }
        @{ Case = 'no bytes'; Hex = ''; Says = 'does not decode' }
        @{ Case = 'a bomb'; Hex = 'ddffffffff'; Says = 'does not decode' }
        @{ Case = '101 levels'; Hex = '91' * 101 + '07'; Says = 'does not decode' }
    ) {
        $table[$place] = [Convert]::FromHexString($Hex)
        $warnings = $null
        Invoke-Cached @call { [CacheKitTest.Counter]::Add(); 'new' } -WarningVariable warnings 3> $null |
            Should -Be 'new'
        $warnings | Should -HaveCount 1
        "$warnings" | Should -Match $Says
        Invoke-Cached @call { [CacheKitTest.Counter]::Add(); 'newer' } -WarningAction Stop | Should -Be 'new'
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'Interop: does not accept encrypted entries, nor Invoke-SecureCached plain ones' {
        $keyed = New-CacheKitSession -Backend InteropPlain -MasterKey $master
        $secure = @{ Session = $keyed; Interop = 'get_user'; Namespace = 'users' }
        $null = Invoke-Cached @call { 'in clear' }
        { Invoke-SecureCached @secure -FailClosed { [CacheKitTest.Counter]::Add() } } |
            Should -Throw -ErrorId 'EntryNotAuthentic,CacheKit.Commands.InvokeSecureCachedCommand'
        $warnings = $null
        Invoke-SecureCached @secure { 'sealed' } -WarningVariable warnings -WarningAction SilentlyContinue |
            Should -Be 'sealed'
        "$warnings" | Should -Match 'without encryption'

        # No document begins with C1. Other sealed bytes may happen to be one, and nothing could tell.
        $table[$place][0] = 0xC1
        Invoke-Cached @call { 'in clear again' } -WarningVariable warnings -WarningAction SilentlyContinue |
            Should -Be 'in clear again'
        "$warnings" | Should -Match 'does not decode'
        $keyed.Dispose()
    }

    It 'Interop: does not cache a secret and refuses one as an argument' {
        $problems = $null
        $null = Invoke-Cached @call { [securestring]::new() } -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems.FullyQualifiedErrorId | Should -Be "ValueTypeUnsupported,$commandType"
        { Invoke-Cached @call -ArgumentList ([securestring]::new()) { 1 } } |
            Should -Throw -ErrorId "InteropArgumentInvalid,$commandType"
        $table.Count | Should -Be 0
    }

    It 'Interop: refuses <Case>' -ForEach @(
        @{ Case = '-Key'; Given = @{ Key = 'a' }; Id = 'ParameterConflict' }
        @{ Case = '-VaryBy'; Given = @{ VaryBy = 1 }; Id = 'ParameterConflict' }
        @{ Case = '-Serializer'; Given = @{ Serializer = 'Json' }; Id = 'ParameterConflict' }
        @{ Case = '-Depth'; Given = @{ Depth = 2 }; Id = 'ParameterConflict' }
        @{ Case = '-StaleIfError'; Given = @{ StaleIfError = 60 }; Id = 'ParameterConflict' }
        @{ Case = 'another tenant'; Given = @{ Tenant = 'other' }; Id = 'InteropTenantConflict' }
        @{ Case = 'a null list'; Given = @{ ArgumentList = $null }; Id = 'InteropArgumentInvalid' }
    ) {
        { Invoke-Cached @call @Given { [CacheKitTest.Counter]::Add() } } | Should -Throw -ErrorId "$Id,$commandType"
        [CacheKitTest.Counter]::Count | Should -Be 0
    }

    It 'Interop: refuses invalid names and the memory of this process' {
        { Invoke-Cached -Session $session -Interop a { 1 } } | Should -Throw -ErrorId "InteropNameInvalid,$commandType"
        { Invoke-Cached -Session $session -Interop A -Namespace a { 1 } } |
            Should -Throw -ErrorId "InteropNameInvalid,$commandType"
        { Invoke-Cached -Session $session -Interop a -Namespace ns { 1 } } |
            Should -Throw -ErrorId "InteropNameInvalid,$commandType"
        { Invoke-Cached -AsHashtable { 1 } } | Should -Throw -ErrorId "ParameterConflict,$commandType"
        $memory = New-CacheKitSession -Memory
        { Invoke-Cached -Session $memory -Interop a -Namespace b { 1 } } |
            Should -Throw -ErrorId "InteropStoreUnsuitable,$commandType"
        $memory.Dispose()
    }
}
