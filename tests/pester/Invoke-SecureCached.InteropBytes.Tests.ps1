#Requires -Version 7.4
# What Invoke-SecureCached -Interop does with bytes that are not what it expects.
Set-StrictMode -Version Latest

BeforeDiscovery {
    $rows = @(
        @{
            Case = 'altered bytes'
            Id   = 'EntryNotAuthentic'
            Says = 'not authentic'
            Make = {
                $sealed = Protect-InteropDocument ([byte[]] 0x07) @sealing
                $sealed[-1] = $sealed[-1] -bxor 1
                , $sealed
            }
        }
        @{
            Case = 'an altered nonce'
            Id   = 'EntryNotAuthentic'
            Says = 'not authentic'
            Make = {
                $sealed = Protect-InteropDocument ([byte[]] 0x07) @sealing
                $sealed[0] = $sealed[0] -bxor 1
                , $sealed
            }
        }
        @{
            Case = 'another entry''s bytes'
            Id   = 'EntryNotAuthentic'
            Says = 'not authentic'
            Make = { $sealing['Key'] += '0'; , (Protect-InteropDocument ([byte[]] 0x07) @sealing) }
        }
        @{
            Case = 'another tenant''s bytes'
            Id   = 'EntryNotAuthentic'
            Says = 'not authentic'
            Make = { , (Protect-InteropDocument ([byte[]] 0x07) @sealing -Tenant other) }
        }
        @{
            Case = 'another master key''s bytes'
            Id   = 'EntryNotAuthentic'
            Says = 'not authentic'
            Make = { $sealing['MasterKey'] = 'cd' * 32; , (Protect-InteropDocument ([byte[]] 0x07) @sealing) }
        }
        @{ Case = 'no bytes'; Id = 'EntryNotAuthentic'; Says = 'too short'; Make = { , [byte[]]::new(0) } }
        @{ Case = '27 bytes'; Id = 'EntryNotAuthentic'; Says = 'too short'; Make = { , ([byte[]] @(0xC1) * 27) } }
        @{
            Case = 'an entry in clear'
            Id   = 'EntryNotAuthentic'
            Says = 'without encryption'
            Make = { , [Convert]::FromHexString('82a36167651ea46e616d65a5616c696365') }
        }
        @{
            Case = 'a long entry in clear'
            Id   = 'EntryNotAuthentic'
            Says = 'without encryption'
            Make = { , [byte[]] (@(0xD9, 40) + @(0x61) * 40) }
        }
        @{
            Case = 'an entry of Python itself'
            Id   = 'EntryMalformed'
            Says = 'auto-mode entry'
            Make = { , (Protect-InteropDocument ([Convert]::FromHexString('434b0300000000')) @sealing) }
        }
        @{
            Case = 'trailing bytes'
            Id   = 'EntryMalformed'
            Says = 'does not decode'
            Make = { , (Protect-InteropDocument ([byte[]] (7, 8)) @sealing) }
        }
        @{
            Case = 'nothing sealed'
            Id   = 'EntryMalformed'
            Says = 'does not decode'
            Make = { , (Protect-InteropDocument ([byte[]]::new(0)) @sealing) }
        }
        @{
            Case = 'half a document'
            Id   = 'EntryMalformed'
            Says = 'does not decode'
            Make = { , (Protect-InteropDocument ([byte[]] (0xA5, 0x61)) @sealing) }
        }
        @{
            Case = 'a bomb'
            Id   = 'EntryMalformed'
            Says = 'does not decode'
            Make = { , (Protect-InteropDocument ([Convert]::FromHexString('dfffffffff')) @sealing) }
        }
        @{
            Case = '101 levels'
            Id   = 'EntryMalformed'
            Says = 'does not decode'
            Make = { , (Protect-InteropDocument ([Convert]::FromHexString('91' * 101 + '07')) @sealing) }
        }
    )
}

BeforeAll {
    . "$PSScriptRoot/InteropEntry.ps1"
    $commandType = 'CacheKit.Commands.InvokeSecureCachedCommand'
    $place = (Get-CacheKitKey -Interop get_user -Namespace users -Plain).Key
}

Describe 'Invoke-SecureCached -Interop with stored bytes' {
    BeforeEach {
        [CacheKitTest.Counter]::Reset()
        $table = @{}
        Register-TableBackend -Name InteropBytes -Table $table
        $session = New-CacheKitSession -Backend InteropBytes -MasterKey $master
        $call = @{ Session = $session; Interop = 'get_user'; Namespace = 'users' }
        $sealing = @{ Key = $place; MasterKey = $master }
    }

    AfterEach {
        $session.Dispose()
        Unregister-CacheKitBackend InteropBytes
    }

    It 'Interop: opens an entry that another SDK sealed' {
        $document = [Convert]::FromHexString('82a36167651ea46e616d65a5616c696365')
        $table[$place] = Protect-InteropDocument $document @sealing
        (Invoke-SecureCached @call { 'not run' }).name | Should -BeExactly 'alice'
    }

    It 'Interop: stores an entry that other SDKs can open' {
        $null = Invoke-SecureCached @call { [pscustomobject] @{ name = 'alice'; age = 30 } }
        [Convert]::ToHexString((Unprotect-InteropDocument $table[$place] @sealing)) |
            Should -Be '82a36167651ea46e616d65a5616c696365'
        $table[$place] | Should -HaveCount (17 + 28)
    }

    It 'Interop: reads 100 levels from other writers' {
        $table[$place] = Protect-InteropDocument ([Convert]::FromHexString('91' * 100 + '07')) @sealing
        $found = Invoke-SecureCached @call { [CacheKitTest.Counter]::Add() }
        while ($found -is [array]) {
            $found = $found[0]
        }
        $found | Should -Be 7
        [CacheKitTest.Counter]::Count | Should -Be 0
    }

    It 'Interop: warns once about <Case> and runs the block' -ForEach $rows {
        $table[$place] = [byte[]] (& $Make)
        $warnings = $null
        $output = Invoke-SecureCached @call { [CacheKitTest.Counter]::Add(); 'new' } -WarningVariable warnings 3> $null
        $output | Should -Be 'new'
        $warnings | Should -HaveCount 1
        "$warnings" | Should -Match $Says
        "$warnings" | Should -Match ([regex]::Escape($place))
        Invoke-SecureCached @call { [CacheKitTest.Counter]::Add(); 'newer' } -WarningAction Stop | Should -Be 'new'
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'FailClosed: refuses <Case>, leaves the entry and does not run the block' -ForEach $rows {
        $bytes = [byte[]] (& $Make)
        $table[$place] = $bytes
        $problem = $null
        try {
            Invoke-SecureCached @call -FailClosed { [CacheKitTest.Counter]::Add() }
        }
        catch {
            $problem = $_
        }
        $problem.FullyQualifiedErrorId | Should -Be "$Id,$commandType"
        "$problem" | Should -Match $Says
        $problem.TargetObject | Should -Be $place
        $problem.ErrorDetails.RecommendedAction | Should -Match '-Refresh'
        $table[$place] | Should -Be $bytes
        [CacheKitTest.Counter]::Count | Should -Be 0
    }

    It 'FailClosed: follows the session unless the call says otherwise' {
        $closed = New-CacheKitSession -Backend InteropBytes -MasterKey $master -FailClosed
        $table[$place] = [byte[]] 0x07
        $call['Session'] = $closed
        { Invoke-SecureCached @call { [CacheKitTest.Counter]::Add() } } |
            Should -Throw -ErrorId "EntryNotAuthentic,$commandType"
        Invoke-SecureCached @call -FailClosed:$false { 'new' } -WarningAction SilentlyContinue | Should -Be 'new'
        $closed.Dispose()
    }

    It 'Pipeline: warns once about each unusable entry of a batch' {
        $keys = (1..3 | Get-CacheKitKey -Interop get_user -Namespace users -Plain).Key
        $table[$keys[0]] = [byte[]] 0x07
        $table[$keys[2]] = Protect-InteropDocument ([byte[]] (7, 8)) -Key $keys[2] -MasterKey $master
        $warnings = $null
        1..3 | Invoke-SecureCached @call { $_ * 2 } -WarningVariable warnings -WarningAction SilentlyContinue |
            Should -Be @(2, 4, 6)
        $warnings | Should -HaveCount 2
    }

    It 'Refresh: replaces an unusable entry without a warning' {
        $table[$place] = [byte[]] 0x07
        Invoke-SecureCached @call -FailClosed -Refresh { 'new' } -WarningAction Stop | Should -Be 'new'
        Invoke-SecureCached @call -FailClosed { 'not run' } | Should -Be 'new'
    }

    It 'Audit: records interop calls and runs nothing when the required log cannot be written' {
        $folder = "$TestDrive/trail"
        $trail = @{ AuditPath = "$folder/audit.jsonl"; AuditRequired = $true }
        $audited = New-CacheKitSession -Backend InteropBytes -MasterKey $master @trail
        $call['Session'] = $audited
        $null = Invoke-SecureCached @call { 'a value' }
        $null = Invoke-SecureCached @call { 'not run' }
        (Get-CacheKitAuditLog -Session $audited).Event | Should -Be @('Miss', 'Seal', 'Open')
        [System.IO.Directory]::Delete($folder, $true)
        [System.IO.File]::WriteAllText($folder, 'no folder any more')
        $given = [System.Collections.Generic.List[object]]::new()
        { Invoke-SecureCached @call { [CacheKitTest.Counter]::Add() } | ForEach-Object { $given.Add($_) } } |
            Should -Throw -ErrorId "AuditWriteFailed,$commandType"
        $given.Count | Should -Be 0
        $audited.Dispose()
    }
}
