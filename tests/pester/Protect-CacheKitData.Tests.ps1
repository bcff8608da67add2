#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.ProtectCacheKitDataCommand'
    $key = 'ab' * 32
}

Describe 'Protect-CacheKitData' {
    BeforeEach {
        $session = New-CacheKitSession -Memory -MasterKey $key
        $common = @{ Session = $session }
    }

    AfterEach {
        $session.Dispose()
    }

    It 'Data: writes one array of bytes, not single bytes' {
        $count = 0
        Protect-CacheKitData @common 'text' | ForEach-Object {
            $count++
            , $_ | Should -BeOfType byte[]
        }
        $count | Should -Be 1
    }

    It 'Data: writes different and unreadable bytes each time' {
        $one = Protect-CacheKitData @common 'the-secret'
        $two = Protect-CacheKitData @common 'the-secret'
        [Convert]::ToHexString($one) | Should -Not -Be ([Convert]::ToHexString($two))
        [System.Text.Encoding]::Latin1.GetString($one) | Should -Not -Match 'the-secret'
        [System.Text.Encoding]::Latin1.GetString($one, 0, 3) | Should -BeExactly 'CKP'
    }

    It 'Data: protects and returns <Case>' -ForEach @(
        @{ Case = 'null'; Value = $null }
        @{ Case = 'empty text'; Value = '' }
        @{ Case = 'text'; Value = "$([char] 0x3A9)$([char] 0x3BC)" }
        @{ Case = 'a number'; Value = 42 }
        @{ Case = 'bytes'; Value = [byte[]] (1, 2, 3) }
        @{ Case = 'no bytes'; Value = [byte[]] @() }
        @{ Case = 'one byte'; Value = [byte[]] , 7 }
        @{ Case = 'an array'; Value = 1, 'two', $null }
        @{ Case = 'a table'; Value = @{ a = 1 } }
    ) {
        $back = Unprotect-CacheKitData @common -Data (Protect-CacheKitData @common -InputObject $Value)
        if ($null -eq $Value) {
            $back | Should -BeNullOrEmpty
        }
        else {
            $back.GetType() | Should -Be $Value.GetType()
            @($back).Count | Should -Be @($Value).Count
        }
    }

    It 'Data: keeps a PSCredential and its SecureString' {
        $bytes = Protect-CacheKitData @common ([pscredential]::new('ada', (ConvertTo-Secret 'p4ssw0rd')))
        [System.Text.Encoding]::Latin1.GetString($bytes) | Should -Not -Match 'ada'
        $back = Unprotect-CacheKitData @common $bytes
        $back | Should -BeOfType pscredential
        $back.GetNetworkCredential().Password | Should -BeExactly 'p4ssw0rd'
    }

    It 'Pipeline: writes one array for each object' {
        $frames = @('a', 'b', 3 | Protect-CacheKitData @common)
        $frames | Should -HaveCount 3
        $frames | Unprotect-CacheKitData @common | Should -Be @('a', 'b', 3)
    }

    It 'Pipeline: joins the bytes of an array again' {
        $bytes = [byte[]] (0..255)
        $frames = @($bytes | Protect-CacheKitData @common)
        $frames | Should -HaveCount 1
        $back = Unprotect-CacheKitData @common $frames[0]
        , $back | Should -BeOfType byte[]
        $back | Should -Be $bytes
    }

    It 'Pipeline: does not join bytes across another object' {
        $frames = @(& { [byte] 1; [byte] 2; 'text'; [byte] 3 } | Protect-CacheKitData @common)
        $frames | Should -HaveCount 3
        $back = @($frames | Unprotect-CacheKitData @common)
        $back[0] | Should -Be @(1, 2)
        $back[1] | Should -Be 'text'
        , $back[2] | Should -BeOfType byte[]
    }

    It 'Serializer: applies -NoCompression and -Serializer to protected data' {
        $long = Protect-CacheKitData @common ('x' * 5000)
        $long.Length | Should -BeLessThan 1000
        (Protect-CacheKitData @common ('x' * 5000) -NoCompression).Length | Should -BeGreaterThan 5000
        $frame = Protect-CacheKitData @common ([pscustomobject] @{ a = 1 }) -Serializer Json
        (Unprotect-CacheKitData @common $frame).a | Should -Be 1
    }

    It 'Data: reports a value that it cannot keep and goes on' {
        $loop = @{}
        $loop.self = $loop
        $problems = $null
        $frames = @($loop, 'text' | Protect-CacheKitData @common -ErrorVariable problems -ErrorAction SilentlyContinue)
        $frames | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be "ValueTooDeep,$commandType"
    }

    It 'Data: refuses the key <Case>' -ForEach @(
        @{ Case = 'of nothing'; Text = '' }
        @{ Case = 'of spaces'; Text = ' ' }
        @{ Case = 'of 1025 bytes'; Text = 'x' * 1025 }
        @{ Case = 'with half a character'; Text = "$([char] 0xD83D)" }
    ) {
        { Protect-CacheKitData @common 1 -Key $Text } | Should -Throw -ErrorId "KeyInvalid,$commandType"
    }

    It 'Data: uses no store' {
        $path = "$TestDrive/never.db"
        $other = New-CacheKitSession -Path $path -MasterKey $key
        $null = Protect-CacheKitData -Session $other 1 | Unprotect-CacheKitData -Session $other
        $other.Dispose()
        [System.IO.File]::Exists($path) | Should -BeFalse
    }
}
