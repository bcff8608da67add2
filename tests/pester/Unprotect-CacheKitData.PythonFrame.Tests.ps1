#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.UnprotectCacheKitDataCommand'
    $fixtures = "$PSScriptRoot/../fixtures/python-frame"
    $rows = Get-Content "$fixtures/rows.json" -Raw | ConvertFrom-Json
    function Get-Frame {
        param($Name)
        $row = $rows.rows | Where-Object name -EQ $Name
        @{ Data = [IO.File]::ReadAllBytes("$fixtures/$Name.bin"); Key = $row.cache_key; PythonFrame = $true }
    }

    function Edit-Header {
        param($Frame, $From, $To)
        # As long as what it replaces: the length of the header stays.
        $text = [Text.Encoding]::Latin1.GetString($Frame.Data)
        $text.Contains($From) | Should -BeTrue
        $Frame.Data = [Text.Encoding]::Latin1.GetBytes($text.Replace($From, $To))
        $Frame
    }
}

Describe 'Unprotect-CacheKitData -PythonFrame' {
    BeforeEach {
        $session = New-CacheKitSession -Memory -Tenant acme -MasterKey $rows.master_key_hex `
            -PreviousMasterKey $rows.previous_key_hex
        $common = @{ Session = $session; ErrorAction = 'Stop' }
    }

    AfterEach {
        $session.Dispose()
    }

    It 'PythonFrame: opens the MessagePack frame <Name>' -ForEach @(
        @{ Name = 'default' }
        @{ Name = 'default-plain' }
        @{ Name = 'default-previous' }
        @{ Name = 'in-a-file' }
    ) {
        $frame = Get-Frame $Name
        $value = Unprotect-CacheKitData @common @frame
        $value | Should -BeOfType pscustomobject
        $value.user_id | Should -Be 42
        $value.name | Should -Be "Zo`u{eb}"
        $value.tags | Should -Be 'a', 'b'
        $value.active | Should -BeTrue
        $value.note | Should -BeNullOrEmpty
        $value.seen | Should -BeOfType DateTimeOffset
        $value.seen | Should -Be ([DateTimeOffset] '2026-11-28T05:45:30.25Z')
    }

    It 'PythonFrame: opens the JSON frame <Name>' -ForEach @(
        @{ Name = 'orjson' }
        @{ Name = 'orjson-plain' }
    ) {
        $frame = Get-Frame $Name
        $value = Unprotect-CacheKitData @common @frame
        $value.user_id | Should -Be 42
        $value.name | Should -Be "Zo`u{eb}"
        $value.tags | Should -Be 'a', 'b'
    }

    It 'PythonFrame: returns the rows of an Arrow table: <_>' -ForEach 'arrow', 'arrow-compressed' {
        $frame = Get-Frame $_
        $output = @(Unprotect-CacheKitData @common @frame)
        $output.id | Should -Be 1, 2, 3
        $output.name | Should -Be "Zo`u{eb}", $null, 'c'
    }

    It 'Pipeline: opens what Get-CacheKitEntry -Raw returns' {
        $frame = Get-Frame 'default'
        $table = @{ $frame.Key = $frame.Data; 'one byte' = [byte[]] 1 }
        Register-TableBackend -Name Frames -Table $table -List
        $other = New-CacheKitSession -Backend Frames -Tenant acme -MasterKey $rows.master_key_hex
        try {
            $value = Get-CacheKitEntry -Session $other -Raw -Key $frame.Key |
                Unprotect-CacheKitData -Session $other -PythonFrame
            $value.user_id | Should -Be 42
            $problems = $null
            $value = Get-CacheKitEntry -Session $other -Raw |
                Unprotect-CacheKitData -Session $other -PythonFrame -ErrorVariable problems `
                    -ErrorAction SilentlyContinue
            $value.user_id | Should -Be 42
            $problems.FullyQualifiedErrorId | Should -Be "PythonFrameInvalid,$commandType"

            # Python's default Redis provider puts something before the key.
            $table["t:default:$($frame.Key)"] = $frame.Data
            $found = Get-CacheKitEntry -Session $other -Raw -Key "t:default:$($frame.Key)"
            $found | Unprotect-CacheKitData -Session $other -PythonFrame -ErrorVariable problems `
                -ErrorAction SilentlyContinue
            $problems.FullyQualifiedErrorId | Should -Be "DataNotAuthentic,$commandType"
            $problems[0].ErrorDetails.RecommendedAction | Should -Match '-Key without the prefix t:'
            ($found | Unprotect-CacheKitData -Session $other -PythonFrame -Key $frame.Key).user_id | Should -Be 42
        }
        finally {
            $other.Dispose()
            Unregister-CacheKitBackend Frames
        }
    }

    It 'Pipeline: accepts the bytes of a frame one by one' {
        $frame = Get-Frame 'default'
        ($frame.Data | Unprotect-CacheKitData @common -PythonFrame -Key $frame.Key).user_id | Should -Be 42
    }

    It 'Tenant: is compared before a frame is opened' {
        $frame = Get-Frame 'default-other-tenant'
        $problem = { Unprotect-CacheKitData @common @frame } |
            Should -Throw -ErrorId "PythonFrameTenantMismatch,$commandType" -PassThru
        $problem.CategoryInfo.Category | Should -Be 'SecurityError'
        "$problem" | Should -Be "The frame is of the tenant 'globex', and this call is for 'acme'. Nothing was opened."
        (Unprotect-CacheKitData @common @frame -Tenant globex).user_id | Should -Be 42
        # Saying that it is of this tenant does not help: its key is one of the other's.
        $frame = Edit-Header $frame -From '"globex"' -To '"acme"  '
        { Unprotect-CacheKitData @common @frame } | Should -Throw -ErrorId "PythonFrameKeyUnknown,$commandType"
    }

    It 'MasterKey: must be the one that the frame names' {
        $frame = Get-Frame 'default-previous'
        $named = (Get-Frame 'default').Data
        $other = New-CacheKitSession -Memory -Tenant acme -MasterKey $rows.master_key_hex
        $problem = { Unprotect-CacheKitData -Session $other @frame -ErrorAction Stop } |
            Should -Throw -ErrorId "PythonFrameKeyUnknown,$commandType" -PassThru
        $other.Dispose()
        "$problem" | Should -Match 'sealed under the key [0-9a-f]{32}, which is none of the tenant ''acme'''
        # A frame that names the encrypting key, and is sealed under the previous one.
        $names = foreach ($bytes in $frame.Data, $named) {
            [regex]::Match([Text.Encoding]::Latin1.GetString($bytes), '[0-9a-f]{32}').Value
        }
        $frame = Edit-Header $frame -From $names[0] -To $names[1]
        { Unprotect-CacheKitData @common @frame } | Should -Throw -ErrorId "DataNotAuthentic,$commandType"
    }

    It 'MasterKey: must be the current one when the frame names none, with a warning' {
        $frame = Get-Frame 'default-without-fingerprint'
        $warnings = $null
        $value = Unprotect-CacheKitData @common @frame -WarningVariable warnings -WarningAction SilentlyContinue
        $value.user_id | Should -Be 42
        "$warnings" | Should -Match '^The frame does not name its key\.'
        $other = New-CacheKitSession -Memory -Tenant acme -MasterKey ('12' * 32) -PreviousMasterKey $rows.master_key_hex
        { Unprotect-CacheKitData -Session $other @frame -ErrorAction Stop -WarningAction SilentlyContinue } |
            Should -Throw -ErrorId "DataNotAuthentic,$commandType"
        $other.Dispose()
    }

    It 'PythonFrame: never returns a frame that is not encrypted' {
        $frame = Get-Frame 'not-encrypted'
        $problem = { Unprotect-CacheKitData @common @frame } |
            Should -Throw -ErrorId "PythonFrameNotEncrypted,$commandType" -PassThru
        $problem.CategoryInfo.Category | Should -Be 'SecurityError'
        $frame.Data = [Text.Encoding]::ASCII.GetBytes('{"data": "AAAA", "metadata": {}, "serializer": "default"}')
        { Unprotect-CacheKitData @common @frame } | Should -Throw -ErrorId "PythonFrameNotEncrypted,$commandType"
        $frame = Edit-Header (Get-Frame 'default') -From '"encrypted": true' -To '"encrypted":false'
        { Unprotect-CacheKitData @common @frame } | Should -Throw -ErrorId "PythonFrameNotEncrypted,$commandType"
    }

    It 'PythonFrame: refuses an encrypted frame without a tenant as suspicious' {
        $frame = Edit-Header (Get-Frame 'default') -From '"tenant_id": "acme"' -To '"tenant_id": null  '
        $problem = { Unprotect-CacheKitData @common @frame } |
            Should -Throw -ErrorId "PythonFrameInvalid,$commandType" -PassThru
        "$problem" | Should -Match '^The frame is suspicious'
    }

    It 'PythonFrame: does not open a changed header: <From>' -ForEach @(
        @{ From = '"format": "msgpack"'; To = '"format": "msgpacK"' }
        @{ From = '"compressed": true'; To = '"compressed":false' }
        @{ From = '"original_type": "msgpack"'; To = '"original_type": null     ' }
    ) {
        $frame = Edit-Header (Get-Frame 'default') -From $From -To $To
        { Unprotect-CacheKitData @common @frame } | Should -Throw -ErrorId "DataNotAuthentic,$commandType"
    }

    It 'PythonFrame: does not read an authentic frame in another format: <Name>' -ForEach @(
        @{ Name = 'orjson-plain'; From = '"s": "orjson"'; To = '"s":"default"' }
        @{ Name = 'orjson'; From = '"s": "orjson"'; To = '"s": "arrow" ' }
        @{ Name = 'default'; From = '"s": "default"'; To = '"s": "orjson" ' }
    ) {
        $frame = Edit-Header (Get-Frame $Name) -From $From -To $To
        $problem = { Unprotect-CacheKitData @common @frame } |
            Should -Throw -ErrorId "EntryMalformed,$commandType" -PassThru
        "$problem" | Should -Match 'names a serializer that does not write this format'
    }

    It 'Serializer: is named when only Python can read it' {
        $frame = Get-Frame 'auto'
        $problem = { Unprotect-CacheKitData @common @frame } |
            Should -Throw -ErrorId "PythonSerializerUnsupported,$commandType" -PassThru
        "$problem" | Should -Match "by the serializer 'auto', which only Python reads"
    }

    It 'PythonFrame: explains what is wrong with the bytes: <Problem>' -ForEach @(
        @{ Problem = 'no frame of the Python SDK'; Change = { param($Bytes) , [byte[]] $Bytes[3..40] } }
        @{ Problem = 'cut off before its header'; Change = { param($Bytes) , [byte[]] $Bytes[0..5] } }
        @{ Problem = 'cut off in its header'; Change = { param($Bytes) , [byte[]] $Bytes[0..60] } }
        @{ Problem = 'of another version'; Change = { param($Bytes) , [byte[]] ($Bytes[0, 1] + 4 + $Bytes[3..80]) } }
        @{
            Problem = 'whose header is not readable'
            Change  = { param($Bytes) , [byte[]] ($Bytes[0..6] + 0 + $Bytes[8..400]) }
        }
    ) {
        $frame = Get-Frame 'default'
        $frame.Data = & $Change $frame.Data
        $found = { Unprotect-CacheKitData @common @frame } |
            Should -Throw -ErrorId "PythonFrameInvalid,$commandType" -PassThru
        "$found" | Should -Match $Problem
        $found.CategoryInfo.Category | Should -Be 'InvalidData'
    }

    It 'PythonFrame: opens an expired file with a warning, but refuses unknown flags' {
        $frame = Get-Frame 'in-an-expired-file'
        $warnings = $null
        $value = Unprotect-CacheKitData @common @frame -WarningVariable warnings -WarningAction SilentlyContinue
        $value.user_id | Should -Be 42
        "$warnings" | Should -Be 'The time of the file is over. It is opened all the same.'
        $frame.Data[5] = 1
        { Unprotect-CacheKitData @common @frame } | Should -Throw -ErrorId "PythonFrameInvalid,$commandType"
    }

    It 'PythonFrame: is not interchangeable with protected data' {
        $frame = Get-Frame 'default'
        $bytes = Protect-CacheKitData -Session $session 'text' -Key one
        { Unprotect-CacheKitData @common $bytes -PythonFrame -Key one } |
            Should -Throw -ErrorId "PythonFrameInvalid,$commandType"
        { Unprotect-CacheKitData @common $frame.Data -Key $frame.Key } |
            Should -Throw -ErrorId "DataNotAuthentic,$commandType"
    }

    It 'PythonFrame: refuses a blank key' {
        $frame = Get-Frame 'default'
        $frame.Key = ' '
        { Unprotect-CacheKitData @common @frame } | Should -Throw -ErrorId "KeyInvalid,$commandType"
        { [pscustomobject] @{ Key = ' '; Data = $frame.Data } | Unprotect-CacheKitData @common -PythonFrame } |
            Should -Throw -ErrorId "KeyInvalid,$commandType"
    }

    It 'PythonFrame: goes on after a frame that does not open' {
        $frame = Get-Frame 'default'
        $values = [byte[]] (1, 2), $frame.Data |
            Unprotect-CacheKitData -Session $session -PythonFrame -Key $frame.Key -ErrorAction SilentlyContinue
        $values.user_id | Should -Be 42
    }

    It 'Audit: records the frames that are opened and refused' {
        $audit = Get-TestPath .jsonl
        $audited = New-CacheKitSession -Memory -Tenant acme -MasterKey $rows.master_key_hex -AuditPath $audit
        $frame = Get-Frame 'default'
        $null = Unprotect-CacheKitData -Session $audited @frame
        $frame.Data[-1] = $frame.Data[-1] -bxor 1
        Unprotect-CacheKitData -Session $audited @frame -ErrorAction SilentlyContinue
        $lines = @(Get-CacheKitAuditLog -Session $audited)
        $audited.Dispose()
        $lines.Event | Should -Be Open, Refused
        $lines.Namespace | Should -Be 'python-frame', 'python-frame'
        [IO.File]::ReadAllText($audit) | Should -Not -Match 'get_user'
    }

    It 'Audit: opens no frame when the required log cannot be written' {
        [IO.File]::WriteAllText("$TestDrive/no-directory", '')
        $audited = New-CacheKitSession -Memory -Tenant acme -MasterKey $rows.master_key_hex `
            -AuditPath "$TestDrive/no-directory/audit.jsonl" -AuditRequired
        $frame = Get-Frame 'default'
        $given = [System.Collections.Generic.List[object]]::new()
        { Unprotect-CacheKitData -Session $audited @frame | ForEach-Object { $given.Add($_) } } |
            Should -Throw -ErrorId "AuditWriteFailed,$commandType"
        $given.Count | Should -Be 0
        $audited.Dispose()
    }
}
