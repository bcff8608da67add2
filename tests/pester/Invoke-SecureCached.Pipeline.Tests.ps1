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

    It 'Pipeline: keeps an entry for each object and returns results in order' {
        $first = 1..600 | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "value $_" }
        $again = 600..1 | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "value $_" }
        [CacheKitTest.Counter]::Count | Should -Be 600
        $first.Count | Should -Be 600
        $first[0] | Should -Be 'value 1'
        $first[599] | Should -Be 'value 600'
        $again[0] | Should -Be 'value 600'
    }

    It 'Pipeline: reads stored entries in batches and runs the block for new objects' {
        $null = 1..300 | Where-Object { $_ % 3 } | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "value $_" }
        # A new session, whose memory is empty.
        $env:CACHEKIT_MASTER_KEY_FILE = 'changed'
        $all = 1..300 | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "value $_" }
        [CacheKitTest.Counter]::Count | Should -Be 300
        ($all -join ',') | Should -Be ((1..300 | ForEach-Object { "value $_" }) -join ',')
    }

    It 'Pipeline: runs the block once for an object that comes twice' {
        $all = 'a', 'b', 'a', 'a', 'b' | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); $_ }
        $all -join '' | Should -Be 'abaab'
        [CacheKitTest.Counter]::Count | Should -Be 2
    }

    It 'Pipeline: distinguishes the number 1 from the text "1"' {
        1, '1' | Invoke-SecureCached { $_.GetType().Name } | Should -Be @('Int32', 'String')
    }

    It 'Pipeline: offers $_, $PSItem, $input and a process block: <Name>' -ForEach @(
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

    It 'Pipeline: takes -InputObject as one object' {
        Invoke-SecureCached -InputObject 1, 2, 3 { [CacheKitTest.Counter]::Add(); "$($_.Count)" } | Should -Be '3'
        Invoke-SecureCached -InputObject 1, 2, 3 { [CacheKitTest.Counter]::Add(); "$($_.Count)" } | Should -Be '3'
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'Pipeline: takes $null and empty text as objects' {
        $all = $null, '' | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "[$($null -eq $_)]" }
        $all -join '' | Should -Be '[True][False]'
        [CacheKitTest.Counter]::Count | Should -Be 2
    }

    It 'Pipeline: does nothing without input objects' {
        @() | Invoke-SecureCached { [CacheKitTest.Counter]::Add() } | Should -BeNullOrEmpty
        [CacheKitTest.Counter]::Count | Should -Be 0
    }

    It 'Pipeline: does not change $_ of the caller' {
        $seen = 'outer' | ForEach-Object { 'inner' | Invoke-SecureCached { $_ }; $_ }
        $seen | Should -Be @('inner', 'outer')
    }

    It 'Pipeline: stops early for Select-Object -First and works afterwards' {
        $some = 1..1000 | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "value $_" } | Select-Object -First 2
        $some | Should -Be @('value 1', 'value 2')
        [CacheKitTest.Counter]::Count | Should -BeLessThan 10
        5 | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); "value $_" } | Should -Be 'value 5'
    }

    It 'Pipeline: returns the first result before it reads the second object' {
        $null = 1..50 | ForEach-Object { [CacheKitTest.Counter]::Add(); $_ } | Invoke-SecureCached { $_ } |
            Select-Object -First 1
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'Pipeline: uses the variables of the moment at which an object came' {
        $factor = 0
        $all = 1..20 | ForEach-Object { $factor = $_ * 10; $_ } | Invoke-SecureCached { "$_ x $factor" }
        $all -join ',' | Should -Be ((1..20 | ForEach-Object { "$_ x $($_ * 10)" }) -join ',')
        $factor | Should -Be 200
        $again = 1..20 | ForEach-Object { $factor = $_ * 10; $_ } | Invoke-SecureCached { "$_ x $factor" }
        $again -join ',' | Should -Be ($all -join ',')
    }

    It 'Pipeline: never stores the result of a changed object under its old value' {
        $one = @{ N = 0 }
        $null = 1..9 | ForEach-Object { $one.N = $_; $one } | Invoke-SecureCached { "n $($_.N)" }
        foreach ($n in 1..9) {
            Invoke-SecureCached -InputObject @{ N = $n } { "n $($_.N)" } | Should -Be "n $n"
        }
    }

    It 'Pipeline: keeps a separate entry for each object under one -Key' {
        'a', 'b' | Invoke-SecureCached -Key 'shared' { "got $_" } | Should -Be @('got a', 'got b')
        'a' | Invoke-SecureCached -Key 'shared' { 'other block' } | Should -Be 'got a'
    }

    It 'Refresh: runs the block for each object, as -Bypass does' {
        $null = 'a', 'b' | Invoke-SecureCached { [CacheKitTest.Counter]::Add(); $_ }
        $null = 'a', 'b' | Invoke-SecureCached -Refresh { [CacheKitTest.Counter]::Add(); $_ }
        'a', 'b' | Invoke-SecureCached -Bypass { [CacheKitTest.Counter]::Add(); $_ } | Should -Be @('a', 'b')
        [CacheKitTest.Counter]::Count | Should -Be 6
    }

    It 'Errors: goes on after an object whose block writes an error' {
        $block = { if ($_ -eq 3) { Write-Error 'three' } else { $_ } }
        $all = 1..5 | Invoke-SecureCached $block -ErrorAction SilentlyContinue
        $all | Should -Be @(1, 2, 4, 5)
    }

    It 'Pipeline: keeps an entry for each file until the file changes' {
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

    It 'Key: names an input object that has no identity' {
        { [Threading.Thread]::CurrentThread | Invoke-SecureCached { $_.Name } } |
            Should -Throw -ErrorId "KeyNotDerivable,$commandType"
    }
}

Describe 'VaryBy' {
    BeforeEach {
        Initialize-TestEnvironment
    }

    It 'VaryBy: keeps an entry for each value' {
        foreach ($value in 'a', 'b', 'a', 1, '1') {
            $null = Invoke-SecureCached -VaryBy $value { [CacheKitTest.Counter]::Add() }
        }

        [CacheKitTest.Counter]::Count | Should -Be 4
    }

    It 'VaryBy: applies together with -Key' {
        Invoke-SecureCached -Key 'k' -VaryBy 'a' { 'a' } | Should -Be 'a'
        Invoke-SecureCached -Key 'k' -VaryBy 'b' { 'b' } | Should -Be 'b'
    }

    It 'VaryBy: replaces the identity of the input object when it is a script block' {
        $objects = [Threading.Thread]::CurrentThread, [Threading.Thread]::CurrentThread
        $null = $objects | Invoke-SecureCached -VaryBy { $_.ManagedThreadId } { [CacheKitTest.Counter]::Add() }
        [CacheKitTest.Counter]::Count | Should -Be 1
    }

    It 'VaryBy: names a value that has no identity' {
        { Invoke-SecureCached -VaryBy ([Threading.Thread]::CurrentThread) { 1 } } |
            Should -Throw -ErrorId "KeyNotDerivable,$commandType"
    }
}

Describe 'Single flight' {
    BeforeEach {
        Initialize-TestEnvironment
    }

    It 'SingleFlight: runs the block once for fifty runspaces' {
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

    It 'SingleFlight: runs the block of every caller when the first one fails' {
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

    It 'SingleFlight: does not wait longer than -LockTimeout' {
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

    It 'SingleFlight: refuses a block that asks for its own result' {
        { Invoke-SecureCached -Key k { Invoke-SecureCached -Key k { 1 } } } |
            Should -Throw -ErrorId "RecursiveKey,$commandType"
    }

    It 'SingleFlight: lets a block ask for another result' {
        Invoke-SecureCached -Key k { "outer $(Invoke-SecureCached -Key other { 'inner' })" } | Should -Be 'outer inner'
    }

    It 'SingleFlight: lets a downstream command ask for the same result' {
        Invoke-SecureCached -Key k { 'value' } | ForEach-Object { Invoke-SecureCached -Key k { 'other' } } |
            Should -Be 'value'
    }
}
