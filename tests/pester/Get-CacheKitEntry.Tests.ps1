#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.GetCacheKitEntryCommand'
    $key = 'ab' * 32
}

Describe 'Get-CacheKitEntry' {
    BeforeEach {
        $path = Get-TestPath .db
        $session = New-CacheKitSession -Path $path -MasterKey $key
        $common = @{ Session = $session }
    }

    AfterEach {
        $session.Dispose()
    }

    It 'Entry: writes nothing for an empty cache' {
        Get-CacheKitEntry @common -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'Entry: shows everything but the value' {
        # Entries have milliseconds.
        $begin = [datetimeoffset]::UtcNow.AddMilliseconds(-1)
        Set-CacheKitItem @common one ('x' * 5000) -Ttl 10m
        $entry = Get-CacheKitEntry @common
        $end = [datetimeoffset]::UtcNow
        $entry | Should -BeOfType CacheKit.CacheKitEntry
        $entry.Name | Should -Be 'one'
        $entry.Namespace | Should -Be 'main'
        $entry.Tenant | Should -Be 'default'
        $entry.Key | Should -Be (Get-CacheKitKey @common -Key one).Key
        $entry.Expires - $entry.Created | Should -Be ([timespan]::FromMinutes(10))
        $entry.KeepUntil | Should -Be $entry.Expires
        $entry.TimeLeft | Should -BeGreaterOrEqual ([timespan]::FromMinutes(10) - ($end - $begin))
        $entry.Age | Should -BeLessOrEqual ($end - $begin)
        $entry.Size | Should -BeGreaterThan 100
        $entry.Size | Should -BeLessThan 5000
        $entry.Serializer | Should -Be 'PowerShell'
        $entry.Compressed | Should -BeTrue
        $entry.KeyFingerprint | Should -Be $session.KeyFingerprint
        $entry.IsCurrentKey | Should -BeTrue
        $entry.Tier | Should -Be 'Memory'
        "$entry" | Should -Be 'one'
        $entry.PSObject.Properties.Name | Should -Not -Contain 'Value'
    }

    It 'Entry: shows in which tier an entry was found' {
        Set-CacheKitItem @common one 1
        $other = New-CacheKitSession -Path $path -MasterKey $key
        (Get-CacheKitEntry -Session $other).Tier | Should -Be 'Store'
        $null = Get-CacheKitItem -Session $other one
        (Get-CacheKitEntry -Session $other).Tier | Should -Be 'Memory'
        $other.Dispose()
    }

    It 'Entry: includes entries without a name when no name is given' {
        $null = Invoke-SecureCached @common { 'derived' }
        Set-CacheKitItem @common one 1
        $entries = @(Get-CacheKitEntry @common)
        $entries | Should -HaveCount 2
        $derived = $entries | Where-Object Name -EQ $null
        "$derived" | Should -Be $derived.Key
        (Get-CacheKitEntry @common *).Name | Should -Be 'one'
    }

    It 'Entry: filters by name and reports a missing name only if it is no pattern' {
        foreach ($name in 'db/one', 'db/two', 'a*b', 'axb') {
            Set-CacheKitItem @common $name 1
        }
        (Get-CacheKitEntry @common 'db/*').Name | Sort-Object | Should -Be @('db/one', 'db/two')
        (Get-CacheKitEntry @common 'a`*b').Name | Should -Be 'a*b'
        $problems = $null
        (Get-CacheKitEntry @common none, 'no*', 'db/one' -ErrorVariable problems -ErrorAction SilentlyContinue).Name |
            Should -Be 'db/one'
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be "ItemNotFound,$commandType"
        $problems[0].TargetObject | Should -Be 'none'
    }

    It 'Namespace: lists the entries of one namespace, of several or of all' {
        foreach ($namespace in 'main', 'users.a', 'users.b', 'Users') {
            Set-CacheKitItem @common -Namespace $namespace one 1
        }
        @(Get-CacheKitEntry @common) | Should -HaveCount 4
        @(Get-CacheKitEntry @common one) | Should -HaveCount 4
        (Get-CacheKitEntry @common -Namespace main).Namespace | Should -Be 'main'
        (Get-CacheKitEntry @common -Namespace 'users.*').Namespace | Sort-Object | Should -Be @('users.a', 'users.b')
        (Get-CacheKitEntry @common -Namespace 'users.[bc]').Namespace | Should -Be 'users.b'
        (Get-CacheKitEntry @common -Namespace main, Users).Namespace | Sort-Object | Should -Be @('main', 'Users')
        @(Get-CacheKitEntry @common -Namespace *, main) | Should -HaveCount 4
        @(Get-CacheKitEntry @common -Namespace none) | Should -HaveCount 0
        { Get-CacheKitEntry @common -Namespace 'a b' } | Should -Throw -ErrorId "NamespaceInvalid,$commandType"
    }

    It 'Entry: finds an entry by its key in the store' {
        Set-CacheKitItem @common -Namespace other one 1
        $physical = (Get-CacheKitKey @common -Namespace other -Key one).Key
        (Get-CacheKitEntry @common -Key $physical).Name | Should -Be 'one'
        Remove-CacheKitItem @common -Key $physical
        { Get-CacheKitEntry @common -Key $physical -ErrorAction Stop } |
            Should -Throw -ErrorId "ItemNotFound,$commandType"
        { Get-CacheKitEntry @common -Key 'users:get:1' -ErrorAction Stop } |
            Should -Throw -ErrorId "EntryNotOfTenant,$commandType"
    }

    It 'StaleIfError: lists stale entries only with -IncludeStale' {
        $null = Invoke-SecureCached @common -Key graced -Ttl 1ms -StaleIfError 1h { 'old' }
        Wait-Until { -not (Test-CacheKitItem @common graced) }
        @(Get-CacheKitEntry @common) | Should -HaveCount 0
        $entry = Get-CacheKitEntry @common -IncludeStale
        $entry.Name | Should -Be 'graced'
        $entry.TimeLeft | Should -Be ([timespan]::Zero)
        $entry.KeepUntil | Should -BeGreaterThan $entry.Expires
    }

    It 'Entry: lists a thousand entries and stops early for Select-Object' {
        1..1000 | ForEach-Object { [pscustomobject] @{ Name = "item $_"; Value = $_ } } | Set-CacheKitItem @common
        @(Get-CacheKitEntry @common) | Should -HaveCount 1000
        @(Get-CacheKitEntry @common | Select-Object -First 3) | Should -HaveCount 3
    }

    It 'Entry: shows a table without values' {
        Set-CacheKitItem @common one 'the-value'
        $text = Get-CacheKitEntry @common | Format-Table | Out-String
        $text | Should -Match 'one'
        $text | Should -Not -Match 'the-value'
    }
}

Describe 'Get-CacheKitEntry with entries that are not authentic' {
    BeforeEach {
        $table = @{}
        Register-TableBackend -Name Table -Table $table -List
        $session = New-CacheKitSession -Backend Table -MasterKey $key
        $keys = foreach ($name in 'good', 'bad', 'worse') {
            (Set-CacheKitItem -Session $session $name 1 -PassThru).Key
        }
        $good, $physical, $moved = $keys
        $table[$physical][-1] = $table[$physical][-1] -bxor 1
        $table[$moved] = $table[$good]
    }

    AfterEach {
        $session.Dispose()
        Unregister-CacheKitBackend Table
    }

    It 'FailClosed: warns about each entry that is not authentic and lists the others' {
        $warnings = $null
        (Get-CacheKitEntry -Session $session -WarningVariable warnings -WarningAction SilentlyContinue).Name |
            Should -Be 'good'
        $warnings | Should -HaveCount 2
        "$warnings" | Should -Match ([regex]::Escape($physical))
        "$warnings" | Should -Match ([regex]::Escape($moved))
        $table.Count | Should -Be 3
    }

    It 'FailClosed: makes each entry that is not authentic an error and goes on' {
        $problems = $null
        (Get-CacheKitEntry -Session $session -FailClosed -ErrorVariable problems -ErrorAction SilentlyContinue).Name |
            Should -Be 'good'
        $problems | Should -HaveCount 2
        $problems[0].FullyQualifiedErrorId | Should -Be "EntryNotAuthentic,$commandType"
        $problems.TargetObject | Sort-Object | Should -Be (@($physical, $moved) | Sort-Object)
        Remove-CacheKitItem -Session $session -Key $physical
        $table.Count | Should -Be 2
    }

    It 'Backend: recommends a -List block when the backend cannot list' {
        Register-CacheKitBackend Plain -Force @emptyBackend
        $other = New-CacheKitSession -Backend Plain -MasterKey $key
        try {
            $problems = $null
            Get-CacheKitEntry -Session $other -ErrorVariable problems -ErrorAction SilentlyContinue
            $problems[0].FullyQualifiedErrorId | Should -Be "StoreCannotList,$commandType"
            $problems[0].ErrorDetails.RecommendedAction | Should -Match '-List'
        }
        finally {
            $other.Dispose()
            Unregister-CacheKitBackend Plain
        }
    }
}
