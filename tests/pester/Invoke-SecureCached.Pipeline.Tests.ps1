#Requires -Version 7.4
# Input objects, one entry for each, and callers that ask for the same at the same time.
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.InvokeSecureCachedCommand'
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Input objects' {
    BeforeEach {
        Initialize-TestEnvironment
    }

    It 'remembers each object by itself, and keeps the order' {
        $first = 1..600 | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "value $_" }
        $again = 600..1 | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "value $_" }
        [CacheKitTest.Counter]::Count | Should -Be 600
        $first.Count | Should -Be 600
        $first[0] | Should -Be 'value 1'
        $first[599] | Should -Be 'value 600'
        $again[0] | Should -Be 'value 600'
    }

    It 'reads entries of the store in batches, in order, among new ones' {
        $null = 1..300 | Where-Object { $_ % 3 } | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "value $_" }
        # A new session, whose memory is empty.
        $env:CACHEKIT_MASTER_KEY_FILE = 'changed'
        $all = 1..300 | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "value $_" }
        [CacheKitTest.Counter]::Count | Should -Be 300
        ($all -join ',') | Should -Be ((1..300 | ForEach-Object { "value $_" }) -join ',')
    }

    It 'runs the block once for an object that comes twice' {
        $all = 'a', 'b', 'a', 'a', 'b' | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); $_ }
        $all -join '' | Should -Be 'abaab'
        [CacheKitTest.Counter]::Count | Should -Be 2
    }

    It 'tells 1 from "1"' {
        1, '1' | Invoke-SecureCached { $_.GetType().Name } | Should -Be @('Int32', 'String')
    }

    It 'gives the block $_, $PSItem, $input and a process block: <Name>' -ForEach @(
        @{ Name = 'dollar'; Block = { "<$_>" } }
        @{ Name = 'item'; Block = { "<$PSItem>" } }
        @{ Name = 'input'; Block = { "<$input>" } }
        @{ Name = 'process'; Block = { process { "<$_>" } } }
        @{ Name = 'filter'; Block = { begin { $n = 0 } process { $n++; "<$_>" } end { } } }
        @{ Name = 'nested'; Block = { & { "<$_>" } } }
        @{ Name = 'argument'; Block = { param($Suffix) "<$_>$Suffix" } }
    ) {
        $all = 'a', 'b' | Invoke-SecureCached $Block
        $all -join '' | Should -Be '<a><b>'
    }

    It 'takes -InputObject as one object' {
        Invoke-SecureCached -InputObject 1, 2, 3 { [CacheKitTest.Counter]::Add(); "$($_.Count)" } | Should -Be '3'
        Invoke-SecureCached -InputObject 1, 2, 3 { [CacheKitTest.Counter]::Add(); "$($_.Count)" } | Should -Be '3'
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'takes $null and empty text for objects' {
        $all = $null, '' | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "[$($null -eq $_)]" }
        $all -join '' | Should -Be '[True][False]'
        [CacheKitTest.Counter]::Count | Should -Be 2
    }

    It 'does nothing for no objects at all' {
        @() | Invoke-SecureCached { [CacheKitTest.Counter]::Add() } | Should -BeNullOrEmpty
        [CacheKitTest.Counter]::Count | Should -Be 0
    }

    It 'leaves the $_ of its caller as it was' {
        $seen = 'outer' | ForEach-Object { 'inner' | Invoke-SecureCached { $_ }; $_ }
        $seen | Should -Be @('inner', 'outer')
    }

    It 'is stopped by Select-Object -First, and works afterwards' {
        $some = 1..1000 | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "value $_" } | Select-Object -First 2
        $some | Should -Be @('value 1', 'value 2')
        [CacheKitTest.Counter]::Count | Should -BeLessThan 10
        5 | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "value $_" } | Should -Be 'value 5'
    }

    It 'takes one object from above before it answers for the first' {
        $null = 1..50 | ForEach-Object { [CacheKitTest.Counter]::Add(); $_ } | Invoke-SecureCached { $_ } |
            Select-Object -First 1
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'sees variables as they were when the object came' {
        $factor = 0
        $all = 1..20 | ForEach-Object { $factor = $_ * 10; $_ } | Invoke-SecureCached { "$_ x $factor" }
        $all -join ',' | Should -Be ((1..20 | ForEach-Object { "$_ x $($_ * 10)" }) -join ',')
        $factor | Should -Be 200
        $again = 1..20 | ForEach-Object { $factor = $_ * 10; $_ } | Invoke-SecureCached { "$_ x $factor" }
        $again -join ',' | Should -Be ($all -join ',')
    }

    It 'never files the value of a changed object under what it was' {
        $one = @{ N = 0 }
        $null = 1..9 | ForEach-Object { $one.N = $_; $one } | Invoke-SecureCached { "n $($_.N)" }
        foreach ($n in 1..9) {
            Invoke-SecureCached -InputObject @{ N = $n } { "n $($_.N)" } | Should -Be "n $n"
        }
    }

    It 'keeps the entries of objects apart under one -Key' {
        'a', 'b' | Invoke-SecureCached -Key 'shared' { "got $_" } | Should -Be @('got a', 'got b')
        'a' | Invoke-SecureCached -Key 'shared' { 'other block' } | Should -Be 'got a'
    }

    It 'runs the block for each object with -Refresh, and with -Bypass' {
        $null = 'a', 'b' | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); $_ }
        $null = 'a', 'b' | Invoke-SecureCached -Refresh { [CacheKitTest.Counter]::Add(); $_ }
        'a', 'b' | Invoke-SecureCached -Bypass { [CacheKitTest.Counter]::Add(); $_ } | Should -Be @('a', 'b')
        [CacheKitTest.Counter]::Count | Should -Be 6
    }

    It 'goes on after an object whose block fails' {
        $all = 1..5 | Invoke-SecureCached { if ($_ -eq 3) { Write-Error 'three' } else { $_ } } -ErrorAction SilentlyContinue
        $all | Should -Be @(1, 2, 4, 5)
    }

    It 'takes files, each with an entry of its own until it changes' {
        $folder = Get-TestPath
        $null = New-Item -ItemType Directory -Path $folder
        Set-Content -LiteralPath (Join-Path $folder 'a.txt') -Value 'one'
        Set-Content -LiteralPath (Join-Path $folder 'b.txt') -Value 'two'
        foreach ($time in 1..2) {
            Get-ChildItem -LiteralPath $folder | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); $_.Name } |
                Should -Be @('a.txt', 'b.txt')
        }

        [CacheKitTest.Counter]::Count | Should -Be 2
        Set-Content -LiteralPath (Join-Path $folder 'a.txt') -Value 'three'
        $null = Get-ChildItem -LiteralPath $folder | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); $_.Name }
        [CacheKitTest.Counter]::Count | Should -Be 3
    }

    It 'names an input object that has no value identity' {
        { [Threading.Thread]::CurrentThread | Invoke-SecureCached { $_.Name } } |
            Should -Throw -ErrorId "KeyNotDerivable,$commandType"
    }
}

Describe 'VaryBy' {
    BeforeEach {
        Initialize-TestEnvironment
    }

    It 'keeps an entry for each value' {
        foreach ($value in 'a', 'b', 'a', 1, '1') {
            $null = Invoke-SecureCached -VaryBy $value { [CacheKitTest.Counter]::Add() }
        }

        [CacheKitTest.Counter]::Count | Should -Be 4
    }

    It 'counts beside -Key' {
        Invoke-SecureCached -Key 'k' -VaryBy 'a' { 'a' } | Should -Be 'a'
        Invoke-SecureCached -Key 'k' -VaryBy 'b' { 'b' } | Should -Be 'b'
    }

    It 'stands for the input object when it is a script block' {
        $objects = [Threading.Thread]::CurrentThread, [Threading.Thread]::CurrentThread
        $null = $objects | Invoke-SecureCached -VaryBy { $_.ManagedThreadId } { [CacheKitTest.Counter]::Add() }
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'names a value without identity' {
        { Invoke-SecureCached -VaryBy ([Threading.Thread]::CurrentThread) { 1 } } |
            Should -Throw -ErrorId "KeyNotDerivable,$commandType"
    }
}

Describe 'Callers at the same time' {
    BeforeEach {
        Initialize-TestEnvironment
    }

    It 'computes once for 50 runspaces' {
        $waiting = [Threading.CountdownEvent]::new(50)
        $values = 1..50 | ForEach-Object -ThrottleLimit 50 -Parallel {
            Import-Module CacheKit
            $all = $using:waiting
            $null = $all.Signal()
            Invoke-SecureCached -Key k -LockTimeout 10m {
                [CacheKitTest.Counter]::Add()
                # Nobody is answered before everybody has come.
                $null = $all.Wait(300000)
                'value'
            }
        }

        $values.Count | Should -Be 50
        $values | Select-Object -Unique | Should -Be 'value'
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'lets everybody run the block when the first one failed' {
        $waiting = [Threading.CountdownEvent]::new(4)
        $values = 1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module CacheKit
            $all = $using:waiting
            $null = $all.Signal()
            try {
                Invoke-SecureCached -Key k -LockTimeout 10m {
                    [CacheKitTest.Counter]::Add()
                    $null = $all.Wait(300000)
                    throw 'down'
                }
            }
            catch {
                "$_"
            }
        }

        $values | Should -Be @('down', 'down', 'down', 'down')
        [CacheKitTest.Counter]::Count | Should -Be 4
    }

    It 'does not wait longer than -LockTimeout' {
        $gate = [Threading.ManualResetEventSlim]::new()
        $started = [Threading.ManualResetEventSlim]::new()
        $values = 'first', 'second' | ForEach-Object -ThrottleLimit 2 -Parallel {
            Import-Module CacheKit
            $open = $using:gate
            $begun = $using:started
            if ($_ -eq 'first') {
                Invoke-SecureCached -Key k { $begun.Set(); $null = $open.Wait(300000); 'slow' }
            }
            else {
                $null = $begun.Wait(300000)
                Invoke-SecureCached -Key k -LockTimeout 0 { 'own' }
                $open.Set()
            }
        }

        $values | Sort-Object | Should -Be @('own', 'slow')
    }

    It 'refuses a block that asks for its own result' {
        { Invoke-SecureCached -Key k { Invoke-SecureCached -Key k { 1 } } } |
            Should -Throw -ErrorId "RecursiveKey,$commandType"
    }

    It 'lets a block ask for another result' {
        Invoke-SecureCached -Key k { "outer $(Invoke-SecureCached -Key other { 'inner' })" } | Should -Be 'outer inner'
    }

    It 'lets a command below ask for the result that it gets' {
        Invoke-SecureCached -Key k { 'value' } | ForEach-Object { Invoke-SecureCached -Key k { 'other' } } |
            Should -Be 'value'
    }
}
