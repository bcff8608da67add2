#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.GetCacheKitItemCommand'
    $key = 'ab' * 32
}

Describe 'Get-CacheKitItem' {
    BeforeEach {
        $session = New-CacheKitSession -Memory -MasterKey $key
        $common = @{ Session = $session }
    }

    AfterEach {
        $session.Dispose()
    }

    It 'Item: returns the stored value' {
        Set-CacheKitItem @common one 'the value'
        Get-CacheKitItem @common one | Should -BeExactly 'the value'
    }

    It 'Item: returns nothing, null, one and several values as they were stored' {
        @() | Set-CacheKitItem @common nothing
        Set-CacheKitItem @common null $null
        1, 'two', 3.5 | Set-CacheKitItem @common several
        Set-CacheKitItem @common array @(1, 2)
        @(Get-CacheKitItem @common nothing) | Should -HaveCount 0
        $null = @(Get-CacheKitItem @common null) | Should -HaveCount 1
        Get-CacheKitItem @common null | Should -BeNullOrEmpty
        @(Get-CacheKitItem @common several) | Should -HaveCount 3
        (Get-CacheKitItem @common several)[1] | Should -BeExactly 'two'
        @(Get-CacheKitItem @common array) | Should -HaveCount 1
        , (Get-CacheKitItem @common array) | Should -BeOfType object[]
    }

    It 'Item: shares its entry with Invoke-SecureCached -Key' {
        $null = Invoke-SecureCached @common -Key block { 'from the block' }
        Get-CacheKitItem @common block | Should -Be 'from the block'
        Set-CacheKitItem @common item 'from the item'
        Invoke-SecureCached @common -Key item { 'not asked' } | Should -Be 'from the item'
    }

    It 'Item: reports a missing name and goes on' {
        Set-CacheKitItem @common one 1
        $problems = $null
        $found = Get-CacheKitItem @common none, one -ErrorVariable problems -ErrorAction SilentlyContinue
        $found | Should -Be 1
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be "ItemNotFound,$commandType"
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $problems[0].TargetObject | Should -Be 'none'
        $problems[0].ErrorDetails.RecommendedAction | Should -Match 'Get-CacheKitEntry'
    }

    It 'Item: matches wildcards and does not fail without a match' {
        foreach ($name in 'db/one', 'db/two', 'web/one') {
            Set-CacheKitItem @common $name $name
        }
        Get-CacheKitItem @common 'db/*' | Sort-Object | Should -Be @('db/one', 'db/two')
        Get-CacheKitItem @common '*/[op]ne' | Sort-Object | Should -Be @('db/one', 'web/one')
        Get-CacheKitItem @common 'mail/*' -ErrorAction Stop | Should -BeNullOrEmpty
        Get-CacheKitItem @common 'DB/*' | Should -BeNullOrEmpty
    }

    It 'Item: finds names that contain wildcard characters' {
        foreach ($name in 'a*b', 'axb', 'a[1]', 'a1', 'tick`s') {
            Set-CacheKitItem @common $name $name
        }
        Get-CacheKitItem @common -LiteralName 'a*b' | Should -BeExactly 'a*b'
        Get-CacheKitItem @common -LiteralName 'a[1]' | Should -BeExactly 'a[1]'
        Get-CacheKitItem @common ([WildcardPattern]::Escape('a*b')) | Should -BeExactly 'a*b'
        Get-CacheKitItem @common 'a[1]' | Should -BeExactly 'a1'
        Get-CacheKitItem @common 'tick`s' | Should -BeExactly 'tick`s'
        Get-CacheKitEntry @common 'a`*b', 'tick`s' | Get-CacheKitItem @common | Sort-Object |
            Should -Be @('a*b', 'tick`s')
    }

    It 'Item: finds the name <Case>' -ForEach @(
        @{ Case = 'in Greek'; Text = "$([char] 0x3A9)$([char] 0x3BC)" }
        @{ Case = 'of an emoji'; Text = "$([char]::ConvertFromUtf32(0x1F511)) key" }
        @{ Case = 'with quotes'; Text = 'it''s "one"' }
        @{ Case = 'with spaces around'; Text = ' one ' }
        @{ Case = 'of 1024 bytes'; Text = 'x' * 1024 }
        @{ Case = 'of 1024 bytes in 512 letters'; Text = "$([char] 0xE9)" * 512 }
    ) {
        Set-CacheKitItem @common $Text 'the value'
        Get-CacheKitItem @common $Text | Should -Be 'the value'
        (Get-CacheKitEntry @common).Name | Should -BeExactly $Text
    }

    It 'Item: refuses the name <Case> and goes on' -ForEach @(
        @{ Case = 'of nothing'; Text = '' }
        @{ Case = 'of spaces'; Text = '  ' }
        @{ Case = 'of 1025 bytes'; Text = 'x' * 1025 }
        @{ Case = 'with a control character'; Text = "a`nb" }
        @{ Case = 'with half a character'; Text = "a$([char] 0xD83D)" }
    ) {
        Set-CacheKitItem @common one 1
        $problems = $null
        Get-CacheKitItem @common -LiteralName $Text, 'one' -ErrorVariable problems -ErrorAction SilentlyContinue |
            Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -Be "ItemNameInvalid,$commandType"
    }

    It 'Item: distinguishes names by case' {
        Set-CacheKitItem @common Name 'upper'
        Set-CacheKitItem @common name 'lower'
        Get-CacheKitItem @common Name | Should -Be 'upper'
        Get-CacheKitItem @common name | Should -Be 'lower'
    }

    It 'Pipeline: takes names, rows and entries in order' {
        1..300 | ForEach-Object { Set-CacheKitItem @common "item $_" $_ }
        $found = 1..300 | ForEach-Object { "item $_" } | Get-CacheKitItem @common
        $found | Should -Be (1..300)
        [pscustomobject] @{ Name = 'item 7' } | Get-CacheKitItem @common | Should -Be 7
        @(Get-CacheKitEntry @common | Get-CacheKitItem @common) | Should -HaveCount 300
    }

    It 'Pipeline: reads an entry that has no name' {
        $null = Invoke-SecureCached @common { 'derived' }
        Get-CacheKitEntry @common | Get-CacheKitItem @common | Should -Be 'derived'
    }

    It 'Namespace: reads only from the namespace that is given' {
        Set-CacheKitItem @common -Namespace a one 'in a'
        Get-CacheKitItem @common -Namespace a one | Should -Be 'in a'
        { Get-CacheKitItem @common one -ErrorAction Stop } | Should -Throw -ErrorId "ItemNotFound,$commandType"
        { Get-CacheKitItem @common -Namespace 'a b' one } | Should -Throw -ErrorId "NamespaceInvalid,$commandType"
        $other = New-CacheKitSession -Memory -Namespace a -MasterKey $key
        Set-CacheKitItem -Session $other one 'in its own'
        Get-CacheKitItem -Session $other -Namespace a one | Should -Be 'in its own'
        $other.Dispose()
    }

    It 'Item: fails without a name' {
        { Get-CacheKitItem @common } | Should -Throw -ErrorId "ItemNameInvalid,$commandType"
    }

    It 'Values: returns a credential as a credential' {
        Set-CacheKitItem @common credential ([pscredential]::new('ada', (ConvertTo-Secret 'p4ssw0rd')))
        $back = Get-CacheKitItem @common credential
        $back | Should -BeOfType pscredential
        $back.UserName | Should -Be 'ada'
        $back.GetNetworkCredential().Password | Should -BeExactly 'p4ssw0rd'
    }
}

Describe 'Get-CacheKitItem with entries that are not authentic' {
    BeforeEach {
        $table = @{}
        Register-TableBackend -Name Table -Table $table -List
        $session = New-CacheKitSession -Backend Table -NoMemoryTier -MasterKey $key
        Set-CacheKitItem -Session $session good 1
        $physical = (Set-CacheKitItem -Session $session bad 2 -PassThru).Key
        $table[$physical][-1] = $table[$physical][-1] -bxor 1
    }

    AfterEach {
        $session.Dispose()
        Unregister-CacheKitBackend Table
    }

    It 'FailClosed: warns, removes an entry that is not authentic and reports it as missing' {
        $problems = $warnings = $null
        Get-CacheKitItem -Session $session bad, good -ErrorVariable problems -ErrorAction SilentlyContinue `
            -WarningVariable warnings -WarningAction SilentlyContinue | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -Be "ItemNotFound,$commandType"
        "$warnings" | Should -Match ([regex]::Escape($physical))
        $table.Keys | Should -Not -Contain $physical
    }

    It 'FailClosed: fails for an entry that is not authentic and leaves it' {
        $problems = $null
        Get-CacheKitItem -Session $session bad, good -FailClosed -ErrorVariable problems -ErrorAction SilentlyContinue |
            Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -Be "EntryNotAuthentic,$commandType"
        $table.Keys | Should -Contain $physical
    }

    It 'FailClosed: returns the other matches of a pattern and warns' {
        $warnings = $null
        Get-CacheKitItem -Session $session * -WarningVariable warnings -WarningAction SilentlyContinue | Should -Be 1
        $warnings | Should -HaveCount 1
        "$warnings" | Should -Match ([regex]::Escape($physical))
        $table.Keys | Should -Contain $physical
    }
}

Describe 'Get-CacheKitItem with failing stores' {
    It 'Backend: reports StoreUnavailable instead of a missing item' {
        $get = { param($Key) throw "no $($Key.Length)" }
        $list = { param($Prefix) throw "no list of $($Prefix.Length)" }
        Register-CacheKitBackend Broken -Force @emptyBackend -Get $get -List $list
        $session = New-CacheKitSession -Backend Broken -NoMemoryTier -MasterKey $key
        try {
            $problems = $null
            Get-CacheKitItem -Session $session one, 'two*' -ErrorVariable problems -ErrorAction SilentlyContinue `
                -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            $problems | Where-Object FullyQualifiedErrorId -EQ "StoreUnavailable,$commandType" | Should -HaveCount 2
        }
        finally {
            $session.Dispose()
            Unregister-CacheKitBackend Broken
        }
    }

    It 'Backend: fails for a pattern when the backend cannot list' {
        Register-CacheKitBackend Plain -Force @emptyBackend
        $session = New-CacheKitSession -Backend Plain -MasterKey $key
        try {
            Set-CacheKitItem -Session $session one 1
            Get-CacheKitItem -Session $session one | Should -Be 1
            { Get-CacheKitItem -Session $session * -ErrorAction Stop } |
                Should -Throw -ErrorId "StoreCannotList,$commandType"
        }
        finally {
            $session.Dispose()
            Unregister-CacheKitBackend Plain
        }
    }

    It 'Audit: returns nothing when the required log cannot be written: <Case>' -ForEach @(
        @{ Case = 'a name in the store'; Names = 'secret'; InMemory = $false }
        @{ Case = 'a name in memory'; Names = 'secret'; InMemory = $true }
        @{ Case = 'a pattern'; Names = 's*'; InMemory = $false }
    ) {
        $folder = Get-TestPath
        $settings = @{
            Path          = Get-TestPath .db
            MasterKey     = $key
            AuditPath     = "$folder/audit.jsonl"
            AuditRequired = $true
        }
        $audited = New-CacheKitSession @settings
        try {
            Set-CacheKitItem -Session $audited secret 'the value'
            Get-CacheKitItem -Session $audited $Names | Should -Be 'the value'
            if (-not $InMemory) {
                $audited.Dispose()
                $audited = New-CacheKitSession @settings
            }

            [IO.Directory]::Delete($folder, $true)
            [IO.File]::WriteAllText($folder, 'no folder any more')
            $given = [System.Collections.Generic.List[object]]::new()
            { Get-CacheKitItem -Session $audited $Names -ErrorAction Stop | ForEach-Object { $given.Add($_) } } |
                Should -Throw -ErrorId "AuditWriteFailed,$commandType"
            $given.Count | Should -Be 0
        }
        finally {
            $audited.Dispose()
        }
    }
}
