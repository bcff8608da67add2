#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.TestCacheKitItemCommand'
    $key = 'ab' * 32
}

Describe 'Test-CacheKitItem' {
    BeforeEach {
        $session = New-CacheKitSession -Path (Get-TestPath .db) -NoMemoryTier -MasterKey $key
        $common = @{ Session = $session }
        Set-CacheKitItem @common one 1
    }

    AfterEach {
        $session.Dispose()
    }

    It 'Item: tests each name' {
        Test-CacheKitItem @common one | Should -BeTrue
        Test-CacheKitItem @common none | Should -BeFalse
        Test-CacheKitItem @common one, none, one | Should -Be @($true, $false, $true)
        'none', 'one' | Test-CacheKitItem @common | Should -Be @($false, $true)
    }

    It 'Item: tests patterns' {
        Test-CacheKitItem @common 'o*' | Should -BeTrue
        Test-CacheKitItem @common 'x*' | Should -BeFalse
        Test-CacheKitItem @common -LiteralName 'o*' | Should -BeFalse
    }

    It 'Item: finds entries of -Key, but no derived ones' {
        $null = Invoke-SecureCached @common -Key block { 1 }
        $null = Invoke-SecureCached @common { 2 }
        Test-CacheKitItem @common block | Should -BeTrue
        @(Get-CacheKitEntry @common) | Should -HaveCount 3
        Remove-CacheKitItem @common block, one
        Test-CacheKitItem @common * | Should -BeFalse
    }

    It 'Item: finds an item that is only in memory' {
        $other = New-CacheKitSession -Memory -MasterKey $key
        Set-CacheKitItem -Session $other one 1
        Test-CacheKitItem -Session $other one | Should -BeTrue
        $other.Dispose()
    }

    It 'Item: returns false and an error for an invalid name' {
        $problems = $null
        Test-CacheKitItem @common ' ' -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeFalse
        $problems[0].FullyQualifiedErrorId | Should -Be "ItemNameInvalid,$commandType"
    }

    It 'Item: is not found in another namespace or tenant' {
        Test-CacheKitItem @common -Namespace other one | Should -BeFalse
        Test-CacheKitItem @common -Tenant other one | Should -BeFalse
    }
}
