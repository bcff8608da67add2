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

    It 'writes nothing' {
        Set-CacheKitItem @common one 1 | Should -BeNullOrEmpty
    }

    It 'replaces what was there' {
        Set-CacheKitItem @common one 1
        Set-CacheKitItem @common one 2
        Get-CacheKitItem @common one | Should -Be 2
        @(Get-CacheKitEntry @common) | Should -HaveCount 1
    }

    It 'collects what comes through the pipeline for one name' {
        'a', 'b', $null, 'd' | Set-CacheKitItem @common list
        $back = @(Get-CacheKitItem @common list)
        $back | Should -HaveCount 4
        $back[2] | Should -BeNullOrEmpty
        $back[3] | Should -Be 'd'
    }

    It 'takes name and value from rows' {
        $rows = [pscustomobject] @{ Name = 'row 1'; Value = 'one' }, [pscustomobject] @{ Name = 'row 2'; Value = $null }
        $rows | Set-CacheKitItem @common
        Get-CacheKitItem @common 'row 1' | Should -Be 'one'
        @(Get-CacheKitItem @common 'row 2') | Should -HaveCount 1
    }

    It 'takes whole rows for one name' {
        [pscustomobject] @{ Name = 'row'; Value = 'one' } | Set-CacheKitItem @common whole
        (Get-CacheKitItem @common whole).Name | Should -Be 'row'
    }

    It 'stores one value under each name of rows' {
        [pscustomobject] @{ Name = 'a' }, [pscustomobject] @{ Name = 'b' } | Set-CacheKitItem @common -Value 'same'
        Get-CacheKitItem @common a, b | Should -Be @('same', 'same')
    }

    It 'says so when a row has no value, and goes on' {
        $problems = $null
        [pscustomobject] @{ Name = 'a' }, [pscustomobject] @{ Name = 'b'; Value = 2 } |
            Set-CacheKitItem @common -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be "ParameterConflict,$commandType"
        Get-CacheKitItem @common b | Should -Be 2
        Test-CacheKitItem @common a | Should -BeFalse
    }

    It 'keeps the type <Type> with every serializer that can' -ForEach @(
        @{ Type = 'bytes'; Sample = , [byte[]] (1, 2, 3) }
        @{ Type = 'decimal'; Sample = 1.50d }
        @{ Type = 'ordered'; Sample = [ordered] @{ b = 1; a = 2 } }
    ) {
        Set-CacheKitItem @common typed -Value $Sample
        $back = Get-CacheKitItem @common typed
        $back.GetType() | Should -Be $Sample.GetType()
    }

    It 'writes as it is told' {
        (Set-CacheKitItem @common json ([pscustomobject] @{ a = 1 }) -Serializer Json -PassThru).Serializer |
            Should -Be 'Json'
        (Get-CacheKitItem @common json).a | Should -Be 1
        (Set-CacheKitItem @common long ('x' * 5000) -PassThru).Compressed | Should -BeTrue
        (Set-CacheKitItem @common long ('x' * 5000) -NoCompression -PassThru).Compressed | Should -BeFalse
    }

    It 'gives out the entry with -PassThru' {
        $entry = Set-CacheKitItem @common one 1 -Ttl 10m -PassThru
        $entry | Should -BeOfType CacheKit.CacheKitEntry
        $entry.Name | Should -Be 'one'
        $entry.Expires - $entry.Created | Should -Be ([timespan]::FromMinutes(10))
        $entry.Key | Should -Be (Get-CacheKitKey @common -Key one).Key
    }

    It 'is fresh for the time of the session unless told otherwise' {
        $other = New-CacheKitSession -Memory -Ttl 2h -MasterKey $key
        $entry = Set-CacheKitItem -Session $other one 1 -PassThru
        $entry.Expires - $entry.Created | Should -Be ([timespan]::FromHours(2))
        $entry = Set-CacheKitItem @common one 1 -PassThru
        $entry.Expires - $entry.Created | Should -Be ([timespan]::FromSeconds(300))
        $other.Dispose()
    }

    It 'refuses the time <Case>' -ForEach @(
        @{ Case = 'zero'; Duration = 0 }
        @{ Case = 'tomorrow'; Duration = 'tomorrow' }
        @{ Case = 'of a block'; Duration = { 60 } }
    ) {
        { Set-CacheKitItem @common one 1 -Ttl $Duration } | Should -Throw -ErrorId "TtlInvalid,$commandType"
    }

    It 'refuses a name that is none, without an end of the command' {
        $problems = $null
        Set-CacheKitItem @common ' ' 1 -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be "ItemNameInvalid,$commandType"
        $problems[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
    }

    It 'leaves what was there when a value cannot be kept' {
        Set-CacheKitItem @common one 'old'
        $loop = @{}
        $loop.self = $loop
        $problems = $null
        Set-CacheKitItem @common one $loop -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be "ValueTooDeep,$commandType"
        Get-CacheKitItem @common one | Should -Be 'old'
    }

    It 'stores nothing under -WhatIf' {
        Set-CacheKitItem @common one 1 -WhatIf
        @(Get-CacheKitEntry @common) | Should -HaveCount 0
    }

    It 'takes no part of a name for a wildcard' {
        Set-CacheKitItem @common 'a*' 1
        Set-CacheKitItem @common 'ab' 2
        Get-CacheKitItem @common -LiteralName 'a*' | Should -Be 1
    }

    It 'warns when the store cannot be written, and keeps the value in memory' {
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

    It 'refuses a session that is closed' {
        $closed = New-CacheKitSession -Memory -MasterKey $key
        $closed.Dispose()
        { Set-CacheKitItem -Session $closed one 1 } | Should -Throw -ErrorId "SessionClosed,$commandType"
    }
}
