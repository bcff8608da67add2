#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.GetCacheKitEntryCommand'
    $key = 'ab' * 32
    $fixtures = "$PSScriptRoot/../fixtures/python-frame"
}

Describe 'Get-CacheKitEntry -Raw' {
    BeforeEach {
        # Unlike a hashtable, it tells upper and lower case apart.
        $table = [System.Collections.Generic.Dictionary[string, object]]::new()
        Register-TableBackend -Name Raw -Table $table -List
        $session = New-CacheKitSession -Backend Raw -MasterKey $key -Tenant acme
        $common = @{ Session = $session; Raw = $true }
    }

    AfterEach {
        $session.Dispose()
        Unregister-CacheKitBackend Raw
    }

    It 'Entry: describes encrypted and plain entries of a database with -Raw' {
        # Entries have milliseconds.
        $begin = [DateTimeOffset]::UtcNow.AddMilliseconds(-1)
        $other = New-CacheKitSession -Path "$TestDrive/raw.db" -MasterKey $key
        Set-CacheKitItem -Session $other one 'a value'
        $null = Invoke-Cached -Session $other { 'public' }
        $entries = @(Get-CacheKitEntry -Session $other -Raw | Sort-Object Format)
        $other.Dispose()
        $entries.Format | Should -Be Native, NativePlain
        $entries[0] | Should -BeOfType CacheKit.CacheKitRawEntry
        $entries[0].Encrypted | Should -BeTrue
        $entries[0].Serializer | Should -Be 'PowerShell'
        $entries[0].KeyFingerprint | Should -Match '^[0-9a-f]{32}$'
        $entries[0].Created | Should -BeGreaterOrEqual $begin
        $entries[0].Size | Should -Be $entries[0].Data.Length
        $entries[1].Encrypted | Should -BeFalse
        $entries[1].KeyFingerprint | Should -BeNullOrEmpty
        "$($entries[0])" | Should -Be $entries[0].Key
    }

    It 'PythonFrame: shows everything that the header of a frame contains' {
        $table['ns:users:1'] = [IO.File]::ReadAllBytes("$fixtures/default.bin")
        $entry = Get-CacheKitEntry @common
        $entry.Key | Should -Be 'ns:users:1'
        $entry.Format | Should -Be PythonFrame
        $entry.Serializer | Should -Be 'default'
        $entry.PayloadFormat | Should -Be 'msgpack'
        $entry.Encoding | Should -Be 'utf-8'
        $entry.Compressed | Should -BeTrue
        $entry.OriginalType | Should -Be 'msgpack'
        $entry.Encrypted | Should -BeTrue
        $entry.Tenant | Should -Be 'acme'
        $entry.KeyFingerprint | Should -Be $session.KeyFingerprint
        $start = 'Python auto-mode entry, serializer default, encrypted for the tenant ''acme'' under the key'
        $entry.Description | Should -Be "$start $($session.KeyFingerprint.Substring(0, 12))..."
        [Convert]::ToHexString($entry.Data) | Should -Be ([Convert]::ToHexString($table['ns:users:1']))
    }

    It 'Entry: recognizes <Form>' -ForEach @(
        @{
            Form   = 'an old Python entry'
            Format = 'PythonLegacy'
            Hex    = '7b2264617461223a22222c2273657269616c697a6572223a2278227d'
        }
        @{ Form = 'a file container'; Format = 'FileContainer'; Hex = '434b01000000000000003b9aca0065787069726564' }
        @{
            Form   = 'a storage envelope'
            Format = 'StorageEnvelope'
            Hex    = -join @(
                '94c422f01183a7757365725f69642aa46e616d65a863616368656b6974a6616374697665c3'
                '98ccdaccf46861cc8e624bccfe20a76d73677061636b'
            )
        }
        @{
            Form   = 'a MessagePack document'
            Format = 'MessagePack'
            Hex    = '83a7757365725f69642aa46e616d65a863616368656b6974a6616374697665c3'
        }
        @{ Form = 'what is none of these'; Format = 'Opaque'; Hex = 'c1' * 40 }
    ) {
        $table['some'] = [Convert]::FromHexString($Hex)
        $entry = Get-CacheKitEntry @common
        $entry.Format | Should -Be $Format
        $entry.Description | Should -Match '\.$'
        $entry.Description | Should -Not -Match 'user_id|cachekit'
        $entry.Tenant | Should -BeNullOrEmpty
    }

    It 'Entry: shows when a file container expires and what it contains' {
        $table['file'] = [IO.File]::ReadAllBytes("$fixtures/in-an-expired-file.bin")
        $entry = Get-CacheKitEntry @common
        $entry.Format | Should -Be FileContainer
        $entry.Expires.ToUnixTimeSeconds() | Should -Be 1000000000
        $entry.Tenant | Should -Be 'acme'
        $entry.Description | Should -Match 'expired at 2001-09-09 .*Python auto-mode entry'
    }

    It 'Entry: selects raw entries by whole keys and by wildcards' {
        foreach ($name in 'a:1', 'a:2', 'b:1', 'a[1]', 'A:1', 'a\1') {
            $table[$name] = [byte[]] 0xC0
        }
        (Get-CacheKitEntry @common).Key | Sort-Object -CaseSensitive | Should -HaveCount 6
        (Get-CacheKitEntry @common -Key a:*).Key | Sort-Object | Should -Be 'a:1', 'a:2'
        (Get-CacheKitEntry @common -Key '[ab]:1').Key | Sort-Object | Should -Be 'a:1', 'b:1'
        (Get-CacheKitEntry @common -Key 'a?1').Key | Sort-Object | Should -Be 'a:1', 'a\1'
        (Get-CacheKitEntry @common -Key 'a`[*').Key | Should -Be 'a[1]'
        (Get-CacheKitEntry @common -Key 'a`[1`]').Key | Should -Be 'a[1]'
        (Get-CacheKitEntry @common -Key 'a\*').Key | Should -Be 'a\1'
        (Get-CacheKitEntry @common -Key b:1, a:*, a:1).Key | Sort-Object | Should -Be 'a:1', 'a:2', 'b:1'
        Get-CacheKitEntry @common -Key 'none:*' -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'Entry: reports a missing raw key and goes on' {
        $table['there'] = [byte[]] 0xC0
        $problems = $null
        $entries = Get-CacheKitEntry @common -Key gone, there, '' -ErrorVariable problems -ErrorAction SilentlyContinue
        $entries.Key | Should -Be 'there'
        $problems.FullyQualifiedErrorId | Should -Be "ItemNotFound,$commandType", "ItemNotFound,$commandType"
        "$($problems[0])" | Should -Match "^There is nothing under the key 'gone' in "
        $problems[0].TargetObject | Should -Be 'gone'
    }

    It 'Backend: looks up whole keys when the backend cannot list' {
        Register-TableBackend -Name Raw -Table $table
        $other = New-CacheKitSession -Backend Raw -MasterKey $key
        try {
            $table['there'] = [byte[]] 0xC0
            (Get-CacheKitEntry -Session $other -Raw -Key there).Key | Should -Be 'there'
            { Get-CacheKitEntry -Session $other -Raw -ErrorAction Stop } |
                Should -Throw -ErrorId "StoreCannotList,$commandType"
        }
        finally {
            $other.Dispose()
        }
    }

    It 'Backend: fails with StoreUnavailable when the backend throws' {
        Register-CacheKitBackend Raw -Force @emptyBackend -Get { param($Key) throw "broken at $Key" }
        $other = New-CacheKitSession -Backend Raw -MasterKey $key
        try {
            { Get-CacheKitEntry -Session $other -Raw -Key there -ErrorAction Stop } |
                Should -Throw -ErrorId "StoreUnavailable,$commandType"
        }
        finally {
            $other.Dispose()
        }
    }

    It 'Entry: opens no raw entry, whatever tenant is given' {
        $table['ns:users:1'] = [IO.File]::ReadAllBytes("$fixtures/default-other-tenant.bin")
        (Get-CacheKitEntry @common -Tenant third).Tenant | Should -Be 'globex'
    }

    It 'Entry: replaces the control characters of a key in the table' {
        $table["red$([char] 27)[31m`n$([char] 0x202E)"] = [byte[]] 1
        $text = Get-CacheKitEntry @common | Format-Table | Out-String
        $text | Should -Match 'red\?\[31m\?\?'
        (Get-CacheKitEntry @common).Key | Should -Be @($table.Keys)
    }

    It 'Entry: refuses -Raw together with -Name or -FailClosed' {
        { Get-CacheKitEntry @common -Name one } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
        { Get-CacheKitEntry @common -FailClosed } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }
}
