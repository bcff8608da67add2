#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.UnprotectCacheKitDataCommand'
    $key = 'ab' * 32
}

Describe 'Unprotect-CacheKitData' {
    BeforeEach {
        $session = New-CacheKitSession -Memory -MasterKey $key
        $common = @{ Session = $session }
        $frame = Protect-CacheKitData @common 'text' -Key one
    }

    AfterEach {
        $session.Dispose()
    }

    It 'Data: opens with the same key, in another session too' {
        Unprotect-CacheKitData @common $frame -Key one | Should -Be 'text'
        $other = New-CacheKitSession -Memory -MasterKey $key
        , $frame | Unprotect-CacheKitData -Session $other -Key one | Should -Be 'text'
        $other.Dispose()
    }

    It 'Pipeline: accepts bytes one by one' {
        $frame | Unprotect-CacheKitData @common -Key one | Should -Be 'text'
    }

    It 'Data: does not open <Case>, always with the same message' -ForEach @(
        @{ Case = 'with another key'; Change = { }; With = @{ Key = 'two' } }
        @{ Case = 'without the key'; Change = { }; With = @{ } }
        @{ Case = 'for another tenant'; Change = { }; With = @{ Key = 'one'; Tenant = 'other' } }
        @{ Case = 'what was changed'; Change = { $args[0][-1] = $args[0][-1] -bxor 1 }; With = @{ Key = 'one' } }
        @{ Case = 'what begins otherwise'; Change = { $args[0][0] = 0 }; With = @{ Key = 'one' } }
    ) {
        $bytes = [byte[]] $frame.Clone()
        & $Change $bytes
        $problems = $null
        Unprotect-CacheKitData @common @With $bytes -ErrorVariable problems -ErrorAction SilentlyContinue |
            Should -BeNullOrEmpty
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be "DataNotAuthentic,$commandType"
        $problems[0].CategoryInfo.Category | Should -Be 'SecurityError'
        "$($problems[0])" | Should -Match '^The data is not authentic: it was altered or cut off, or protected with'
    }

    It 'Data: does not open short data, or data of another master key' {
        $other = New-CacheKitSession -Memory -MasterKey ('cd' * 32)
        foreach ($bytes in [byte[]] @(), [byte[]] (1, 2), [byte[]] $frame[0..40]) {
            { Unprotect-CacheKitData @common -Data $bytes -Key one -ErrorAction Stop } |
                Should -Throw -ErrorId "DataNotAuthentic,$commandType"
        }
        { Unprotect-CacheKitData -Session $other $frame -Key one -ErrorAction Stop } |
            Should -Throw -ErrorId "DataNotAuthentic,$commandType"
        $other.Dispose()
    }

    It 'Data: goes on after data that does not open' {
        $bad = [byte[]] $frame.Clone()
        $bad[-1] = $bad[-1] -bxor 1
        @($bad, $frame) | Unprotect-CacheKitData @common -Key one -ErrorAction SilentlyContinue | Should -Be 'text'
    }

    It 'Data: is not interchangeable with an entry of the cache' {
        $table = @{}
        Register-TableBackend -Name Table -Table $table
        $other = New-CacheKitSession -Backend Table -NoMemoryTier -MasterKey $key
        try {
            Set-CacheKitItem -Session $other one 'item'
            $physical = @($table.Keys)[0]
            $entry = [byte[]] $table[$physical][14..($table[$physical].Length - 1)]
            foreach ($bytes in $table[$physical], $entry) {
                { Unprotect-CacheKitData -Session $other $bytes -Key one -ErrorAction Stop } |
                    Should -Throw -ErrorId "DataNotAuthentic,$commandType"
            }
            $table[$physical] = $frame
            Get-CacheKitItem -Session $other one -ErrorAction SilentlyContinue -WarningAction SilentlyContinue |
                Should -BeNullOrEmpty
        }
        finally {
            $other.Dispose()
            Unregister-CacheKitBackend Table
        }
    }

    It 'Data: returns an array as one object' {
        $frames = Protect-CacheKitData @common -InputObject 1, 2, 3
        @(Unprotect-CacheKitData @common $frames) | Should -HaveCount 1
    }

    It 'MasterKey: opens data of a previous key' {
        $old = 'cd' * 32
        $before = New-CacheKitSession -Memory -MasterKey $old
        $kept = Protect-CacheKitData -Session $before 'kept'
        $before.Dispose()
        $after = New-CacheKitSession -Memory -MasterKey $key -PreviousMasterKey $old
        Unprotect-CacheKitData -Session $after $kept | Should -Be 'kept'
        $after.Dispose()
    }

    It 'Audit: opens no data when the required log cannot be written' {
        [IO.File]::WriteAllText("$TestDrive/no-folder", '')
        $trail = @{ AuditPath = "$TestDrive/no-folder/audit.jsonl"; AuditRequired = $true }
        $audited = New-CacheKitSession -Memory -MasterKey $key @trail
        $given = [System.Collections.Generic.List[object]]::new()
        { Unprotect-CacheKitData -Session $audited $frame -Key one | ForEach-Object { $given.Add($_) } } |
            Should -Throw -ErrorId "AuditWriteFailed,$commandType"
        $given.Count | Should -Be 0
        $audited.Dispose()
    }
}
