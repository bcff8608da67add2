#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.SetCacheKitItemCommand'
    $key = 'ab' * 32
}

Describe 'Set-CacheKitItem' {
    BeforeEach {
        $session = New-CacheKitSession -Memory -MasterKey $key
        $common = @{ Session = $session }
    }

    AfterEach {
        $session.Dispose()
    }

    It 'Item: writes no output' {
        Set-CacheKitItem @common one 1 | Should -BeNullOrEmpty
    }

    It 'Item: replaces a value' {
        Set-CacheKitItem @common one 1
        Set-CacheKitItem @common one 2
        Get-CacheKitItem @common one | Should -Be 2
        @(Get-CacheKitEntry @common) | Should -HaveCount 1
    }

    It 'Pipeline: collects values for one name' {
        'a', 'b', $null, 'd' | Set-CacheKitItem @common list
        $back = @(Get-CacheKitItem @common list)
        $back | Should -HaveCount 4
        $back[2] | Should -BeNullOrEmpty
        $back[3] | Should -Be 'd'
    }

    It 'Pipeline: takes name and value from rows' {
        $rows = [pscustomobject] @{ Name = 'row 1'; Value = 'one' }, [pscustomobject] @{ Name = 'row 2'; Value = $null }
        $rows | Set-CacheKitItem @common
        Get-CacheKitItem @common 'row 1' | Should -Be 'one'
        @(Get-CacheKitItem @common 'row 2') | Should -HaveCount 1
    }

    It 'Pipeline: stores whole rows under one name' {
        [pscustomobject] @{ Name = 'row'; Value = 'one' } | Set-CacheKitItem @common whole
        (Get-CacheKitItem @common whole).Name | Should -Be 'row'
    }

    It 'Pipeline: stores one value under the name of each row' {
        [pscustomobject] @{ Name = 'a' }, [pscustomobject] @{ Name = 'b' } | Set-CacheKitItem @common -Value 'same'
        Get-CacheKitItem @common a, b | Should -Be @('same', 'same')
    }

    It 'Pipeline: reports a row without a value and goes on' {
        $problems = $null
        [pscustomobject] @{ Name = 'a' }, [pscustomobject] @{ Name = 'b'; Value = 2 } |
            Set-CacheKitItem @common -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be "ParameterConflict,$commandType"
        Get-CacheKitItem @common b | Should -Be 2
        Test-CacheKitItem @common a | Should -BeFalse
    }

    It 'Values: keeps the type <Type> of an item' -ForEach @(
        @{ Type = 'bytes'; Sample = , [byte[]] (1, 2, 3) }
        @{ Type = 'decimal'; Sample = 1.50d }
        @{ Type = 'ordered'; Sample = [ordered] @{ b = 1; a = 2 } }
    ) {
        Set-CacheKitItem @common typed -Value $Sample
        $back = Get-CacheKitItem @common typed
        $back.GetType() | Should -Be $Sample.GetType()
    }

    It 'Serializer: applies -Serializer and -NoCompression to an item' {
        (Set-CacheKitItem @common json ([pscustomobject] @{ a = 1 }) -Serializer Json -PassThru).Serializer |
            Should -Be 'Json'
        (Get-CacheKitItem @common json).a | Should -Be 1
        (Set-CacheKitItem @common long ('x' * 5000) -PassThru).Compressed | Should -BeTrue
        (Set-CacheKitItem @common long ('x' * 5000) -NoCompression -PassThru).Compressed | Should -BeFalse
    }

    It 'Item: returns the entry with -PassThru' {
        $entry = Set-CacheKitItem @common one 1 -Ttl 10m -PassThru
        $entry | Should -BeOfType CacheKit.CacheKitEntry
        $entry.Name | Should -Be 'one'
        $entry.Expires - $entry.Created | Should -Be ([timespan]::FromMinutes(10))
        $entry.Key | Should -Be (Get-CacheKitKey @common -Key one).Key
    }

    It 'Ttl: uses the time to live of the session by default' {
        $other = New-CacheKitSession -Memory -Ttl 2h -MasterKey $key
        $entry = Set-CacheKitItem -Session $other one 1 -PassThru
        $entry.Expires - $entry.Created | Should -Be ([timespan]::FromHours(2))
        $entry = Set-CacheKitItem @common one 1 -PassThru
        $entry.Expires - $entry.Created | Should -Be ([timespan]::FromSeconds(300))
        $other.Dispose()
    }

    It 'Ttl: refuses <Case> for an item' -ForEach @(
        @{ Case = 'zero'; Duration = 0 }
        @{ Case = 'tomorrow'; Duration = 'tomorrow' }
        @{ Case = 'of a block'; Duration = { 60 } }
    ) {
        { Set-CacheKitItem @common one 1 -Ttl $Duration } | Should -Throw -ErrorId "TtlInvalid,$commandType"
    }

    It 'Item: reports an invalid name without ending the command' {
        $problems = $null
        Set-CacheKitItem @common ' ' 1 -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be "ItemNameInvalid,$commandType"
        $problems[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
    }

    It 'Item: keeps the old value when the new one cannot be stored' {
        Set-CacheKitItem @common one 'old'
        $loop = @{}
        $loop.self = $loop
        $problems = $null
        Set-CacheKitItem @common one $loop -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be "ValueTooDeep,$commandType"
        Get-CacheKitItem @common one | Should -Be 'old'
    }

    It 'WhatIf: stores no item' {
        Set-CacheKitItem @common one 1 -WhatIf
        @(Get-CacheKitEntry @common) | Should -HaveCount 0
    }

    It 'Item: takes no part of a name as a wildcard' {
        Set-CacheKitItem @common 'a*' 1
        Set-CacheKitItem @common 'ab' 2
        Get-CacheKitItem @common -LiteralName 'a*' | Should -Be 1
    }

    It 'Backend: warns when the store cannot be written and keeps the value in memory' {
        Register-CacheKitBackend Full -Force @emptyBackend -Set {
            param($Key, $Value)
            throw "full of $($Key.Length) $($Value.Length)"
        }
        $other = New-CacheKitSession -Backend Full -MasterKey $key
        try {
            $warnings = $null
            Set-CacheKitItem -Session $other one 1 -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -HaveCount 1
            Get-CacheKitItem -Session $other one | Should -Be 1
        }
        finally {
            $other.Dispose()
            Unregister-CacheKitBackend Full
        }
    }

    It 'Session: fails to store an item when it is closed' {
        $closed = New-CacheKitSession -Memory -MasterKey $key
        $closed.Dispose()
        { Set-CacheKitItem -Session $closed one 1 } | Should -Throw -ErrorId "SessionClosed,$commandType"
    }
}
