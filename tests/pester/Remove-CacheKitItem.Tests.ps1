#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.RemoveCacheKitItemCommand'
    $key = 'ab' * 32
}

Describe 'Remove-CacheKitItem' {
    BeforeEach {
        $session = New-CacheKitSession -Path (Get-TestPath .db) -MasterKey $key
        $common = @{ Session = $session }
        foreach ($name in 'db/one', 'db/two', 'web') {
            Set-CacheKitItem @common $name $name
        }
    }

    AfterEach {
        $session.Dispose()
    }

    It 'Item: is removed from store and memory by name, without output' {
        Remove-CacheKitItem @common 'db/one' | Should -BeNullOrEmpty
        Test-CacheKitItem @common 'db/one' | Should -BeFalse
        @(Get-CacheKitEntry @common) | Should -HaveCount 2
    }

    It 'Item: reports a missing name and goes on' {
        $problems = $null
        Remove-CacheKitItem @common none, web -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be "ItemNotFound,$commandType"
        Test-CacheKitItem @common web | Should -BeFalse
    }

    It 'Item: is removed by wildcards, and no match is no error' {
        Remove-CacheKitItem @common 'db/*'
        (Get-CacheKitEntry @common).Name | Should -Be 'web'
        Remove-CacheKitItem @common 'db/*' -ErrorAction Stop
    }

    It 'Item: takes -LiteralName without wildcards' {
        Set-CacheKitItem @common '*' 1
        Remove-CacheKitItem @common -LiteralName '*'
        @(Get-CacheKitEntry @common) | Should -HaveCount 3
    }

    It 'Pipeline: removes by names and rows' {
        'db/one', 'db/two' | Remove-CacheKitItem @common
        [pscustomobject] @{ Name = 'web' } | Remove-CacheKitItem @common
        @(Get-CacheKitEntry @common) | Should -HaveCount 0
    }

    It 'Pipeline: removes entries with or without a name' {
        $null = Invoke-SecureCached @common { 'derived' }
        Get-CacheKitEntry @common | Where-Object Name -EQ $null | Remove-CacheKitItem @common
        @(Get-CacheKitEntry @common) | Should -HaveCount 3
        Get-CacheKitEntry @common | Where-Object Name -Like 'db/*' | Remove-CacheKitItem @common
        (Get-CacheKitEntry @common).Name | Should -Be 'web'
    }

    It 'Namespace: removes piped entries of another namespace' {
        Set-CacheKitItem @common -Namespace other one 1
        Get-CacheKitEntry @common -Namespace other | Remove-CacheKitItem @common
        Test-CacheKitItem @common -Namespace other one | Should -BeFalse
    }

    It 'Pipeline: removes entries of input objects, which share one name' {
        $null = 1..3 | Invoke-SecureCached @common -Key piped { $_ }
        @(Get-CacheKitEntry @common piped) | Should -HaveCount 3
        Test-CacheKitItem @common piped | Should -BeFalse
        Remove-CacheKitItem @common 'pip*'
        @(Get-CacheKitEntry @common piped) | Should -HaveCount 3
        Get-CacheKitEntry @common piped | Remove-CacheKitItem @common
        @(Get-CacheKitEntry @common 'pip*') | Should -HaveCount 0
    }

    It 'Entry: is removed by its key in the store' {
        $physical = (Get-CacheKitEntry @common web).Key
        Remove-CacheKitItem @common -Key $physical
        Test-CacheKitItem @common web | Should -BeFalse
        { Remove-CacheKitItem @common -Key $physical -ErrorAction Stop } |
            Should -Throw -ErrorId "ItemNotFound,$commandType"
        { Remove-CacheKitItem @common -Key 'users:get:1' -ErrorAction Stop } |
            Should -Throw -ErrorId "EntryNotOfTenant,$commandType"
    }

    It 'StaleIfError: removes stale entries' {
        $null = Invoke-SecureCached @common -Key graced -Ttl 1ms -StaleIfError 1h { 'old' }
        Wait-Until { -not (Test-CacheKitItem @common graced) }
        @(Get-CacheKitEntry @common graced -IncludeStale) | Should -HaveCount 1
        Remove-CacheKitItem @common 'grac*'
        @(Get-CacheKitEntry @common 'grac*' -IncludeStale) | Should -HaveCount 0
        { Invoke-SecureCached @common -Key graced -StaleIfError 1h { throw 'down' } } | Should -Throw 'down'
    }

    It 'Item: returns the removed entries with -PassThru' {
        (Remove-CacheKitItem @common web -PassThru).Name | Should -Be 'web'
        (Remove-CacheKitItem @common 'db/*' -PassThru).Name | Sort-Object | Should -Be @('db/one', 'db/two')
    }

    It 'WhatIf: removes no item' {
        Remove-CacheKitItem @common web, 'db/*' -WhatIf
        Get-CacheKitEntry @common | Remove-CacheKitItem @common -WhatIf
        @(Get-CacheKitEntry @common) | Should -HaveCount 3
        Get-CacheKitItem @common web | Should -Be 'web'
    }

    It 'Item: fails when nothing is given to remove' {
        { Remove-CacheKitItem @common } | Should -Throw -ErrorId "ItemNameInvalid,$commandType"
    }

    It 'Backend: reports StoreUnavailable when -Remove throws' {
        $table = @{}
        Register-CacheKitBackend Stuck -Force -Get {
            param($Key)
            if ($table.ContainsKey($Key)) { , $table[$Key] }
        } -Set {
            param($Key, $Value)
            $table[$Key] = $Value
        } -Remove { param($Key) throw "stuck at $($Key.Length)" }
        $other = New-CacheKitSession -Backend Stuck -MasterKey $key
        try {
            Set-CacheKitItem -Session $other one 1
            { Remove-CacheKitItem -Session $other one -ErrorAction Stop } |
                Should -Throw -ErrorId "StoreUnavailable,$commandType"
        }
        finally {
            $other.Dispose()
            Unregister-CacheKitBackend Stuck
        }
    }
}
