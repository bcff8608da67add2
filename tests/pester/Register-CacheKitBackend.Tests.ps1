#Requires -Version 7.4
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSReviewUnusedParameter', '', Justification = 'A block of a backend declares what it is given.')]
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    Initialize-TestEnvironment
    Get-CacheKitBackend | Unregister-CacheKitBackend
    $commandType = 'CacheKit.Commands.RegisterCacheKitBackendCommand'

    # A session of a backend whose entries lie in a hashtable. Each block can be replaced.
    function Open-TestSession {
        param([hashtable] $Table = @{}, [hashtable] $Blocks = @{}, [string] $Name = "Test$(Get-Random)")

        $all = @{
            Get    = { param($Key) , $Table[$Key] }.GetNewClosure()
            Set    = { param($Key, [byte[]] $Value, [timespan] $Ttl) $Table[$Key] = $Value }.GetNewClosure()
            Remove = { param($Key) $Table.Remove($Key) }.GetNewClosure()
        }
        foreach ($block in $Blocks.Keys) { $all[$block] = $Blocks[$block] }
        Register-CacheKitBackend -Name $Name @all
        New-CacheKitSession -Backend $Name -NoMemoryTier
    }
}

AfterAll {
    Get-CacheKitBackend | Unregister-CacheKitBackend
    Restore-TestEnvironment
}

Describe 'Register-CacheKitBackend' {
    AfterEach {
        Get-CacheKitBackend | Unregister-CacheKitBackend
    }

    Context 'the registration' {
        It 'Backend: writes the backend only with -PassThru' {
            Register-CacheKitBackend Quiet @emptyBackend | Should -BeNullOrEmpty
            $backend = Register-CacheKitBackend Told @emptyBackend -List { } -PassThru
            $backend.Name | Should -BeExactly 'Told'
            $backend.Capabilities | Should -Be 'List'
            "$backend" | Should -BeExactly 'Told'
        }

        It 'Backend: refuses a name in use, in any case, without -Force' {
            Register-CacheKitBackend Consul @emptyBackend
            { Register-CacheKitBackend consul @emptyBackend } |
                Should -Throw -ErrorId "BackendExists,$commandType"
            Register-CacheKitBackend consul @emptyBackend -List { } -Force
            (Get-CacheKitBackend consul).Capabilities | Should -Be 'List'
            @(Get-CacheKitBackend) | Should -HaveCount 1
        }

        It 'Backend: refuses the name <Name>' -ForEach @(
            @{ Name = 'a b' }
            @{ Name = 'a/b' }
            @{ Name = "`u{e9}" }
            @{ Name = '' }
            @{ Name = "a`n" }
            @{ Name = 'x' * 65 }
        ) {
            { Register-CacheKitBackend -Name $Name @emptyBackend } |
                Should -Throw -ErrorId "BackendNameInvalid,$commandType"
        }

        It 'WhatIf: registers no backend' {
            Register-CacheKitBackend Never @emptyBackend -WhatIf
            Get-CacheKitBackend | Should -BeNullOrEmpty
        }

        It 'Backend: refuses <Case>' -ForEach @(
            @{ Case = 'a block without parameters'; Blocks = @{ Get = { } } }
            @{ Case = 'a block that misses one'; Blocks = @{ Set = { param($Key) } } }
            @{ Case = 'a parameter that nothing is given to'; Blocks = @{ Remove = { param($Key, $Region) } } }
            @{ Case = 'one of its own before ours'; Blocks = @{ Remove = { param($Region = 'x', $Key) } } }
            @{ Case = 'a block with process'; Blocks = @{ Get = { param($Key) process { } } } }
            @{ Case = 'a lock without its end'; Blocks = @{ Lock = { param($Key) } } }
            @{ Case = 'the end of a lock alone'; Blocks = @{ Unlock = { param($Key) } } }
        ) {
            $all = $emptyBackend.Clone()
            foreach ($block in $Blocks.Keys) { $all[$block] = $Blocks[$block] }
            { Register-CacheKitBackend Bad @all } | Should -Throw -ErrorId "BackendBlockInvalid,$commandType"
            Get-CacheKitBackend | Should -BeNullOrEmpty
        }

        It 'Backend: names the missing parameter of a block' {
            { Register-CacheKitBackend Bad @emptyBackend -Set { param($Key) } } |
                Should -Throw 'The block of -Set has no parameter $Value.'
        }

        It 'Backend: stays in use by open sessions when it is replaced or unregistered' {
            $table = @{}
            $session = Open-TestSession -Table $table -Name Steady
            Unregister-CacheKitBackend Steady
            Invoke-SecureCached -Session $session -Key a { 1 } | Should -Be 1
            $table.Count | Should -Be 1
        }
    }

    Context 'an entry' {
        It 'Backend: stores encrypted entries that another session can read' {
            $table = @{}
            $first = Open-TestSession -Table $table
            $second = Open-TestSession -Table $table
            Invoke-SecureCached -Session $first -Key a { 'a secret, 0..255' } | Should -Be 'a secret, 0..255'
            Invoke-SecureCached -Session $second -Key a { throw 'not from the store' } | Should -Be 'a secret, 0..255'
            $table.Count | Should -Be 1
            [Text.Encoding]::Latin1.GetString(@($table.Values)[0]) | Should -Not -Match 'a secret'
        }

        It 'Backend: passes key, bytes and time to live to -Set' {
            $seen = @{}
            $session = Open-TestSession -Blocks @{
                Set = {
                    param($Key, $Value, $Ttl)
                    $seen['types'] = "$($Key.GetType()) $($Value.GetType()) $($Ttl.GetType()) $Ttl"
                }
            }
            $null = Invoke-SecureCached -Session $session -Key a -Ttl 90s { 1 }
            $seen['types'] | Should -Be 'string byte[] timespan 00:01:30'
        }

        It 'Backend: binds the parameters of blocks by name' {
            $table = @{}
            $session = Open-TestSession -Blocks @{
                Get = { param([string] $Key, $Prefix = 'x:') , $table["$Prefix$Key"] }
                Set = { param([timespan] $Ttl, [byte[]] $Value, [string] $Key) $table["x:$Key"] = $Value }
            }
            Invoke-SecureCached -Session $session -Key a { 1 } | Should -Be 1
            Invoke-SecureCached -Session $session -Key a { 2 } | Should -Be 1
        }

        It 'Backend: accepts an entry that is written <Case>' -ForEach @(
            @{ Case = 'byte by byte'; Block = { param($Key) $bytesOf[$Key] } }
            @{ Case = 'as numbers'; Block = { param($Key) if ($bytesOf[$Key]) { [int[]] $bytesOf[$Key] } } }
            @{
                Case  = 'in one array of objects'
                Block = { param($Key) if ($bytesOf[$Key]) { , [object[]] $bytesOf[$Key] } }
            }
            @{
                Case  = 'as a stream'
                Block = { param($Key) if ($bytesOf[$Key]) { [IO.MemoryStream]::new($bytesOf[$Key]) } }
            }
        ) {
            $bytesOf = @{}
            $session = Open-TestSession -Table $bytesOf -Blocks @{ Get = $Block }
            Invoke-SecureCached -Session $session -Key a { 'kept' } | Should -Be 'kept'
            Invoke-SecureCached -Session $session -Key a { 'lost' } | Should -Be 'kept'
        }

        It 'Pipeline: looks up the entries of input objects in a backend' {
            $table = @{}
            $session = Open-TestSession -Table $table
            1..40 | Invoke-SecureCached -Session $session { $_ * 2 } | Should -Be @(1..40 | ForEach-Object { $_ * 2 })
            1..40 | Invoke-SecureCached -Session $session { $_ * 2 } | Should -HaveCount 40
            $table.Count | Should -Be 40
        }

        It 'Plain: stores entries of Invoke-Cached in the backend' {
            $table = @{}
            $session = Open-TestSession -Table $table
            Invoke-Cached -Session $session -Key a { 'public' } | Should -Be 'public'
            Invoke-Cached -Session $session -Key a { 'other' } | Should -Be 'public'
            $table.Count | Should -Be 1
        }
    }

    Context 'a failing block' {
        It 'Backend: warns once about a failing block and goes on: <Case>' -ForEach @(
            @{ Case = 'it throws'; Block = { param($Key) throw 'out of order' } }
            @{ Case = 'it writes an error'; Block = { param($Key) Write-Error 'out of order' } }
            @{
                Case  = 'it writes an error and goes on'
                Block = { param($Key) Write-Error 'out of order' -ErrorAction Continue; 1 }
            }
            @{ Case = 'a method throws'; Block = { param($Key) throw [IO.IOException]::new('out of order') } }
        ) {
            $blocks = @{ Get = $Block; Set = { param($Key, $Value) throw 'full' } }
            $session = Open-TestSession -Blocks $blocks -Name Broken
            $errorCount = $Error.Count
            $warnings = $problems = $null
            $ErrorActionPreference = 'SilentlyContinue'
            $output = 1..4 | ForEach-Object {
                $variables = @{ WarningVariable = '+warnings'; ErrorVariable = '+problems' }
                Invoke-SecureCached -Session $session -Key a { 'alive' } @variables 3> $null
            }
            $ErrorActionPreference = 'Stop'
            $output | Should -Be @('alive', 'alive', 'alive', 'alive')
            @($warnings | Where-Object { "$_" -like '*-Get block*' }) | Should -HaveCount 1
            "$($warnings[0])" | Should -Be (
                "The backend 'Broken' failed in its -Get block: out of order. The script goes on without it.")
            $problems | Should -BeNullOrEmpty
            $Error.Count | Should -Be $errorCount
        }

        It 'Backend: does not let <_> leave the loop of the caller' -ForEach 'break', 'continue', 'exit' {
            $session = Open-TestSession -Blocks @{ Get = [scriptblock]::Create("param(`$Key) $_") }
            $rounds = 0
            foreach ($round in 1..2) {
                $warnings = $null
                $null = Invoke-SecureCached -Session $session -Key a { 1 } -WarningVariable warnings 3> $null
                $rounds++
            }
            $rounds | Should -Be 2
        }

        It 'Backend: names the type that was returned in place of bytes' {
            $session = Open-TestSession -Blocks @{ Get = { param($Key) 'text' } } -Name Wrong
            $warnings = $null
            Invoke-SecureCached -Session $session -Key a { 1 } -WarningVariable warnings 3> $null | Should -Be 1
            "$warnings" |
                Should -BeLike "The backend 'Wrong' gave System.String in its -Get block, where bytes are expected.*"
        }
    }

    Context 'the caller' {
        It 'Streams: hides everything that a block of a backend writes' {
            $table = @{}
            $session = Open-TestSession -Table $table -Blocks @{
                Set    = {
                    param($Key, $Value)
                    $table[$Key] = $Value
                    'output'
                    Write-Warning 'warning'
                    Write-Verbose 'verbose'
                    Write-Debug 'debug'
                    Write-Information 'information'
                    Write-Host 'host'
                }
                Remove = { param($Key) 'removed' }
            }
            $VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
            $output = Invoke-SecureCached -Session $session -Key a { 'value' } *>&1
            $VerbosePreference = $DebugPreference = $InformationPreference = 'SilentlyContinue'
            $pattern = 'output|warning|verbose|debug|information|host|removed'
            @($output | Where-Object { "$_" -match $pattern }) | Should -HaveCount 0
            "$output" | Should -Match 'value'
        }

        It 'Backend: neither changes variables of the caller nor sees $_' {
            $seen = @{}
            $session = Open-TestSession -Blocks @{
                Get = {
                    param($Key)
                    $seen['item'] = $_
                    $seen['rest'] = $args.Count
                    $Key = 'changed'
                    $global:LASTEXITCODE = 9
                }
            }
            $global:LASTEXITCODE = 3
            $Key = 'mine'
            'x' | ForEach-Object { $null = Invoke-SecureCached -Session $session -Key a { 1 } }
            $seen['item'] | Should -BeNullOrEmpty
            $seen['rest'] | Should -Be 0
            $Key | Should -Be 'mine'
            $LASTEXITCODE | Should -Be 3
        }
    }

    Context 'where the block runs' {
        It 'Backend: calls functions of the module that defined the block' {
            $null = New-Module -Name TestBackends {
                $store = @{}
                function Read-Entry { param($Key) , $store[$Key] }
                function Write-Entry { param($Key, $Value) $store[$Key] = $Value }
                Register-CacheKitBackend Modular -Get { param($Key) Read-Entry $Key } -Set {
                    param($Key, $Value) Write-Entry $Key $Value
                } -Remove { param($Key) }
            }
            $session = New-CacheKitSession -Backend Modular -NoMemoryTier
            Invoke-SecureCached -Session $session -Key a { 1 } | Should -Be 1
            Invoke-SecureCached -Session $session -Key a { 2 } | Should -Be 1
        }

        It 'Backend: is not silenced by the global error preference' {
            $null = New-Module -Name TestBackends {
                function Read-Entry { Get-Item -LiteralPath "no such item $([guid]::NewGuid())" }
                Register-CacheKitBackend Silent -Get { param($Key) Read-Entry } -Set { param($Key, $Value) } -Remove {
                    param($Key)
                }
            }
            $session = New-CacheKitSession -Backend Silent -NoMemoryTier
            $saved = $global:ErrorActionPreference
            try {
                $global:ErrorActionPreference = 'SilentlyContinue'
                $warnings = $null
                $null = Invoke-SecureCached -Session $session -Key a { 1 } -WarningVariable warnings 3> $null
            }
            finally {
                $global:ErrorActionPreference = $saved
            }
            "$warnings" | Should -BeLike "The backend 'Silent' failed in its -Get block: *no such item*"
        }

        It 'Backend: works in ForEach-Object -Parallel with the variables of a closure' {
            $root = New-Item -ItemType Directory -Path (Get-TestPath)
            . "$repositoryRoot/samples/folder-backend.ps1" -Path $root.FullName -Name Shared
            $session = New-CacheKitSession -Backend Shared -NoMemoryTier
            Invoke-SecureCached -Session $session -Key a { 'from here' } | Should -Be 'from here'
            $output = 1..8 | ForEach-Object -ThrottleLimit 4 -Parallel {
                Import-Module CacheKit
                Invoke-SecureCached -Session $using:session -Key a { 'from there' } -WarningAction Stop
            }
            $output | Should -Be @(@('from here') * 8)
        }

        It 'Backend: warns when its module is missing in another runspace' {
            $path = Join-Path $TestDrive 'TestBackendsFile.psm1'
            Set-Content -LiteralPath $path -Value @'
function Read-Entry { }
Register-CacheKitBackend FromFile -Get { param($Key) Read-Entry } -Set { param($Key, $Value) } -Remove { param($Key) }
'@
            Import-Module $path
            $session = New-CacheKitSession -Backend FromFile -NoMemoryTier
            $null = Invoke-SecureCached -Session $session -Key a { 1 } -WarningAction Stop
            $warning = 1 | ForEach-Object -Parallel {
                Import-Module CacheKit
                Invoke-SecureCached -Session $using:session -Key a { 1 } 3>&1
            }
            Remove-Module TestBackendsFile
            "$($warning[0])" | Should -BeLike "*its module 'TestBackendsFile' is not imported in this runspace.*"
        }

        It 'Backend: can itself use a cache in another store' {
            $outer = @{}
            $inner = Open-TestSession
            $session = Open-TestSession -Blocks @{
                Get = {
                    param($Key)
                    $null = Invoke-SecureCached -Session $inner -Key token { 'inner' }
                    , $outer[$Key]
                }
                Set = {
                    param($Key, $Value)
                    $outer[$Key] = $Value
                    $null = Invoke-SecureCached -Session $inner -Key b { 1 }
                }
            }
            Invoke-SecureCached -Session $session -Key a -WarningAction Stop { 'outer' } | Should -Be 'outer'
            Invoke-SecureCached -Session $session -Key a -WarningAction Stop { 'lost' } | Should -Be 'outer'
        }

        It 'Backend: does not call itself recursively' {
            $calls = @{ Count = 0; Result = $null }
            $session = Open-TestSession -Name Own -Blocks @{
                Get = {
                    param($Key)
                    $calls.Count++
                    $calls.Result = Invoke-SecureCached -Session $session -Key inner { 'made anew' } 3> $null
                }
            }
            Invoke-SecureCached -Session $session -Key a { 'outer' } 3> $null | Should -Be 'outer'
            $calls.Count | Should -Be 1
            $calls.Result | Should -Be 'made anew'
        }
    }

    Context 'a lock' {
        It 'SingleFlight: takes the lock of the backend and releases it' {
            $locks = @{ Taken = 0; Released = 0; Token = $null }
            $session = Open-TestSession -Blocks @{
                Lock   = { param($Key, [timespan] $Lease) $locks.Taken++; "token $Lease" }
                Unlock = { param($Key, $Token) $locks.Released++; $locks.Token = $Token }
            }
            $block = { "held: $($locks.Taken - $locks.Released)" }
            Invoke-SecureCached -Session $session -Key a -LockTimeout 10m $block | Should -Be 'held: 1'
            $locks.Released | Should -Be 1
            $locks.Token | Should -Be 'token 00:10:00'
            Invoke-SecureCached -Session $session -Key a { 1 } | Should -Be 'held: 1'
            $locks.Taken | Should -Be 1
        }

        It 'SingleFlight: waits for the holder of the lock' {
            $table = @{}
            $asked = @{ Times = 0; Bytes = $null }
            $writer = Open-TestSession -Table $table
            $null = Invoke-SecureCached -Session $writer -Key a { 'theirs' }
            $asked.Bytes = @($table.Values)[0]
            $physical = @($table.Keys)[0]
            $table.Clear()
            $session = Open-TestSession -Table $table -Blocks @{
                Lock   = { param($Key) if (++$asked.Times -ge 2) { $table[$physical] = $asked.Bytes }; $false }
                Unlock = { param($Key) }
            }
            Invoke-SecureCached -Session $session -Key a -LockTimeout 10m { 'mine' } | Should -Be 'theirs'
        }
    }
}

Describe 'Sample folder backend' {
    BeforeAll {
        $root = New-Item -ItemType Directory -Path (Get-TestPath)
        . "$repositoryRoot/samples/folder-backend.ps1" -Path $root.FullName -Name Files
        $all = [byte[]] @(0..255)
        $hour = [timespan]::FromHours(1)
    }

    AfterAll {
        Unregister-CacheKitBackend Files
    }

    It 'Backend: keeps <Case> in the sample folder' -ForEach @(
        @{ Case = 'nothing'; Bytes = [byte[]]::new(0) }
        @{ Case = 'every byte'; Bytes = [byte[]] @(0..255) }
        @{ Case = 'a mebibyte'; Bytes = [byte[]]::new(1MB) }
    ) {
        & $backend.Set 'value' $Bytes $hour
        $found = & $backend.Get 'value'
        , $found | Should -BeOfType [byte[]]
        [Convert]::ToBase64String($found) | Should -BeExactly ([Convert]::ToBase64String($Bytes))
    }

    It 'Backend: keeps unusual keys apart in the sample folder and lists them' {
        $keys = @(
            'ck:0123456789abcdef:ns:0123456789abcdef0123456789abcdef01234567', 'a', 'A', 'a ', ' a', "a`0", "a`0b",
            "'", '"', '%', '_', 'a/b', '..', "`u{e9}", "e`u{301}", "`u{43a}`u{43b}`u{44e}`u{447}", "`u{9375}",
            "`u{1f511}", "`u{200b}", "`r`n", '?1', '--', 'null', ('k' * 2000)
        )
        for ($i = 0; $i -lt $keys.Count; $i++) {
            & $backend.Set $keys[$i] ([byte[]] @($i)) $hour
        }
        for ($i = 0; $i -lt $keys.Count; $i++) {
            (& $backend.Get $keys[$i])[0] | Should -Be $i
        }
        $listed = @(& $backend.List '')
        foreach ($key in $keys) {
            @($listed | Where-Object { [string]::Equals($_, $key, 'Ordinal') }) | Should -HaveCount 1
        }
        @(& $backend.List 'a/') | Should -Be 'a/b'
    }

    It 'Backend: removes an entry of the sample folder, even if it is missing' {
        & $backend.Set 'gone' $all $hour
        & $backend.Remove 'gone'
        & $backend.Remove 'gone'
        & $backend.Get 'gone' | Should -BeNullOrEmpty
    }

    It 'Backend: leaves no drafts in the sample folder and dates each file by its expiry' {
        & $backend.Set 'timed' $all ([timespan]::FromDays(10))
        @([IO.Directory]::GetFiles($root.FullName) -notmatch '\.(entry|lock)$') | Should -HaveCount 0
        $times = [IO.Directory]::GetFiles($root.FullName, '*.entry') |
            ForEach-Object { [IO.File]::GetLastWriteTimeUtc($_) }
        @($times | Where-Object { $_ -gt [datetime]::UtcNow.AddDays(9) }) | Should -HaveCount 1
    }

    It 'SingleFlight: locks in the sample folder until release or expiry' {
        $token = & $backend.Lock 'locked' $hour
        $token | Should -Not -BeNullOrEmpty
        & $backend.Lock 'locked' $hour | Should -BeNullOrEmpty
        & $backend.Unlock 'locked' 'another token'
        & $backend.Lock 'locked' $hour | Should -BeNullOrEmpty
        & $backend.Unlock 'locked' $token
        $short = & $backend.Lock 'locked' ([timespan]::FromTicks(1))
        $short | Should -Not -BeNullOrEmpty
        Wait-Until { & $backend.Lock 'locked' $hour }
    }

    It 'Session: works with the sample folder' {
        $session = New-CacheKitSession -Backend Files -NoMemoryTier
        1..20 | Invoke-SecureCached -Session $session -WarningAction Stop { "item $_" } |
            Should -Be @(1..20 | ForEach-Object { "item $_" })
        1..20 | Invoke-SecureCached -Session $session -WarningAction Stop { 'lost' } | Should -HaveCount 20
        Test-CacheKitSession $session -Quiet | Should -BeTrue
    }
}
