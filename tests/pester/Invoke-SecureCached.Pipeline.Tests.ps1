#Requires -Version 7.4
# Input objects, one entry for each, and callers that ask for the same at the same time.
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.InvokeSecureCachedCommand'

    # Runs the block with parameters for a session on the same store, whose memory is empty.
    function Use-ColdSession {
        param([scriptblock] $ColdBlock)

        $session = New-CacheKitSession -Path $env:CACHEKIT_CACHE_PATH
        try {
            $Call = @{ Session = $session }
            . $ColdBlock
        }
        finally {
            $session.Dispose()
        }
    }
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
        $all = Use-ColdSession { 1..300 | Invoke-SecureCached @Call { [CacheKitTest.Counter]::Add(); "value $_" } }
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

Describe 'The state in which an object came' {
    BeforeAll {
        # Four folders with a file of the same name, and a script file that changes the state.
        $root = (New-Item -ItemType Directory -Path (Get-TestPath)).FullName
        foreach ($n in 1..4) {
            $null = New-Item -ItemType Directory -Path "$root/b$n"
            Set-Content -LiteralPath "$root/b$n/v" -Value "content $n"
        }

        $stateScript = Get-TestPath -Extension .ps1
        Set-Content -LiteralPath $stateScript -Value 'process { $env:PIPELINE_STATE = "s$_"; $_ }'
        $lines = Get-TestPath -Extension .txt
        Set-Content -LiteralPath $lines -Value (1..6)

        function Write-State {
            process { $env:PIPELINE_STATE = "s$_"; $_ }
        }

        filter Write-StateByFilter { $env:PIPELINE_STATE = "s$_"; $_ }

        function Write-StateBelow {
            process { $env:PIPELINE_STATE = "after $($_.Substring(0, 1))"; $_ }
        }

        function Get-Cached {
            [CmdletBinding()]
            param([hashtable] $Call)

            1..6 | Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" }
        }

        function Get-CachedInside {
            [CmdletBinding()]
            param([hashtable] $Call)

            & { Get-Cached -Call $Call }
        }

        function Get-CachedByOwner {
            [CmdletBinding()]
            param([hashtable] $Call)

            1..6 | Invoke-SecureCached @Call { "$_ after $ownerLine" }
        }

        # Caches through a pipeline that a script steps through.
        function Invoke-Proxy {
            param([Parameter(ValueFromPipeline)] $InputObject, [hashtable] $Call)

            begin {
                $pipeline = { Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" } }.GetSteppablePipeline()
                $pipeline.Begin($PSCmdlet)
            }
            process { $pipeline.Process($InputObject) }
            end { $pipeline.End() }
        }
    }

    BeforeEach {
        Initialize-TestEnvironment
        Push-Location -LiteralPath $root
        $env:PIPELINE_STATE = 'start'
    }

    AfterEach {
        Pop-Location
        Remove-Item -Path Env:PIPELINE_STATE -ErrorAction Ignore
    }

    It 'Pipeline: reads the relative file of each folder' {
        $expected = 1..4 | ForEach-Object { "content $_" }
        foreach ($time in 1..2) {
            1..4 | ForEach-Object { Set-Location "$root/b$_"; $_ } | Invoke-SecureCached { Get-Content ./v } |
                Should -Be $expected
        }

        Use-ColdSession {
            1..4 | ForEach-Object { Set-Location "$root/b$_"; $_ } | Invoke-SecureCached @Call { Get-Content ./v }
        } | Should -Be $expected
    }

    # What -Bypass returns is what the block sees when it runs at once.
    It 'Pipeline: returns what each object finds: <Name>' -ForEach @(
        @{ Name = 'ForEach-Object above sets the environment'; Run = {
                1..6 | ForEach-Object { $env:PIPELINE_STATE = "s$_"; $_ } |
                    Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" }
            }
        }
        @{ Name = 'ForEach-Object above sets a script variable'; Run = {
                1..6 | ForEach-Object { $script:pipelineState = "s$_"; $_ } |
                    Invoke-SecureCached @Call { "$_ $script:pipelineState" }
            }
        }
        @{ Name = 'ForEach-Object above changes a collection'; Run = {
                $seen = [System.Collections.ArrayList]::new()
                1..6 | ForEach-Object { $null = $seen.Add($_); $_ } | Invoke-SecureCached @Call { "$_ of $seen" }
            }
        }
        @{ Name = 'a function above'; Run = {
                1..6 | Write-State | Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" }
            }
        }
        @{ Name = 'a filter above'; Run = {
                1..6 | Write-StateByFilter | Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" }
            }
        }
        @{ Name = 'a script file above'; Run = {
                1..6 | & $stateScript | Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" }
            }
        }
        @{ Name = 'a function that calls the cmdlet in its own process block'; Run = {
                1..6 | Invoke-Proxy -Call $Call
            }
        }
        @{ Name = 'Where-Object { } above'; Run = {
                1..6 | Where-Object { $env:PIPELINE_STATE = "s$_"; $true } |
                    Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" }
            }
        }
        @{ Name = 'a calculated property above'; Run = {
                1..6 | Select-Object @{ Name = 'N'; Expression = { $env:PIPELINE_STATE = "s$_"; $_ } } |
                    Invoke-SecureCached @Call { "$($_.N) $env:PIPELINE_STATE" }
            }
        }
        @{ Name = 'a splatted calculated property above'; Run = {
                $splat = @{ Property = @{ Name = 'N'; Expression = { $env:PIPELINE_STATE = "s$_"; $_ } } }
                1..6 | Select-Object @splat | Invoke-SecureCached @Call { "$($_.N) $env:PIPELINE_STATE" }
            }
        }
        @{ Name = 'a script block for a parameter above'; Run = {
                1..4 | Get-Item -Path { $env:PIPELINE_STATE = "s$_"; "$root/b$_" } |
                    Invoke-SecureCached @Call { "$($_.Name) $env:PIPELINE_STATE" }
            }
        }
        @{ Name = '-PipelineVariable above'; Run = {
                Get-Content -LiteralPath $lines -PipelineVariable line | Invoke-SecureCached @Call { "$_ $line" }
            }
        }
        @{ Name = '-OutVariable above, abbreviated'; Run = {
                Get-Content -LiteralPath $lines -OutV seen | Invoke-SecureCached @Call { "$_ of $seen" }
            }
        }
        @{ Name = 'Tee-Object -Variable above'; Run = {
                $tee = $null
                1..6 | Tee-Object -Variable tee | Invoke-SecureCached @Call { "$_ $tee" }
            }
        }
        @{ Name = 'Set-Location -PassThru above'; Run = {
                Get-ChildItem -LiteralPath $root -Directory | Set-Location -PassThru |
                    Select-Object -ExpandProperty Path | Invoke-SecureCached @Call { Get-Content ./v }
            }
        }
        @{ Name = 'Set-Item -PassThru above'; Run = {
                's1', 's2', 's3', 's4' | Set-Item -Path Env:PIPELINE_STATE -PassThru |
                    Select-Object -ExpandProperty Value | Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" }
            }
        }
        @{ Name = 'LINQ over a script block'; Run = {
                $change = [Func[int, int]] { param($N) $env:PIPELINE_STATE = "s$N"; $N }
                [System.Linq.Enumerable]::Select([int[]] (1..6), $change) |
                    Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" }
            }
        }
        @{ Name = 'ForEach-Object below'; Run = {
                1..6 | Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" } |
                    ForEach-Object { $env:PIPELINE_STATE = "after $($_.Substring(0, 1))"; $_ }
            }
        }
        @{ Name = 'ForEach-Object below a cmdlet'; Run = {
                1..6 | Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" } | Write-Output |
                    ForEach-Object { $env:PIPELINE_STATE = "after $($_.Substring(0, 1))"; $_ }
            }
        }
        @{ Name = 'a function below'; Run = {
                1..6 | Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" } | Write-StateBelow
            }
        }
        @{ Name = 'a calculated property below'; Run = {
                $property = @{ Name = 'N'; Expression = { $env:PIPELINE_STATE = "after $($_.Substring(0, 1))"; $_ } }
                1..6 | Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" } | Select-Object -Property $property |
                    Select-Object -ExpandProperty N
            }
        }
        @{ Name = 'Set-Variable below'; Run = {
                $below = 'start'
                1..6 | Invoke-SecureCached @Call { "$_ $below" } -PipelineVariable value |
                    Set-Variable -Name below -PassThru | Select-Object -ExpandProperty Value
            }
        }
        @{ Name = 'its own -OutVariable'; Run = {
                $seen = $null
                1..6 | Invoke-SecureCached @Call { "$_ $($seen.Count)" } -OutVariable seen
            }
        }
        @{ Name = 'below the function around it'; Run = {
                Get-Cached -Call $Call | ForEach-Object { $env:PIPELINE_STATE = "after $($_.Substring(0, 1))"; $_ }
            }
        }
        @{ Name = 'below the functions and blocks around it'; Run = {
                . { Get-CachedInside -Call $Call | Write-Output } | Write-StateBelow
            }
        }
        @{ Name = '-PipelineVariable of the function around it'; Run = {
                Get-CachedByOwner -Call $Call -PipelineVariable ownerLine | Write-Output
            }
        }
        @{ Name = 'below Use-CacheKitSession'; Run = {
                Use-CacheKitSession -Tenant default { Get-Cached -Call $Call } | Write-StateBelow
            }
        }
    ) {
        $env:PIPELINE_STATE = $script:pipelineState = 'start'
        $Call = @{ Bypass = $true }
        $expected = @(. $Run)
        $expected.Count | Should -BeGreaterThan 3
        $Call = @{}
        foreach ($time in 'first', 'warm', 'cold') {
            $env:PIPELINE_STATE = $script:pipelineState = 'start'
            Set-Location -LiteralPath $root
            $all = if ($time -eq 'cold') { Use-ColdSession $Run } else { . $Run }
            $all | Should -Be $expected -Because "the $time time is as good as -Bypass"
        }
    }

    It 'Refresh: keeps what each object finds' {
        foreach ($time in 1..2) {
            1..6 | ForEach-Object { $env:PIPELINE_STATE = "s$_"; $_ } |
                Invoke-SecureCached -Refresh { "$_ $env:PIPELINE_STATE" } |
                Should -Be (1..6 | ForEach-Object { "$_ s$_" })
        }

        $all = 1..6 | ForEach-Object { $env:PIPELINE_STATE = "s$_"; $_ } | Invoke-SecureCached { "$_ $env:PIPELINE_STATE" }
        $all | Should -Be (1..6 | ForEach-Object { "$_ s$_" })
    }

    It 'VaryBy: covers what its script block changes' {
        foreach ($time in 1..2) {
            $all = 1..6 | Invoke-SecureCached -VaryBy { $env:PIPELINE_STATE = "s$_"; $_ } { "$_ $env:PIPELINE_STATE" }
            $all | Should -Be (1..6 | ForEach-Object { "$_ s$_" })
        }
    }

    It 'VaryBy: does not keep what is never asked for with the same value twice' {
        $session = New-CacheKitSession -Memory -MasterKey ('ab' * 32)
        $vary = { [CacheKitTest.Counter]::Add(); [CacheKitTest.Counter]::Count }
        1, 2 | Invoke-SecureCached -Session $session -VaryBy $vary { "value $_" } | Should -Be 'value 1', 'value 2'
        $statistics = Get-CacheKitStatistics -Session $session
        $statistics.Misses | Should -Be 2
        $statistics.Writes | Should -Be 0
        $session.Dispose()
    }

    It 'Pipeline: looks again when the block of an object changes what later ones read' {
        $block = {
            [CacheKitTest.Counter]::Add()
            "$_ $env:PIPELINE_STATE"
            if ($_ -eq 2) { $env:PIPELINE_STATE = 'b' }
        }
        foreach ($state in 'a', 'b') {
            $env:PIPELINE_STATE = $state
            # All but 2 and 5, which are to be misses among hits.
            $null = 1, 3, 4, 6, 7, 8 | Invoke-SecureCached $block
        }

        $env:PIPELINE_STATE = 'a'
        [CacheKitTest.Counter]::Reset()
        $all = Use-ColdSession { 1..8 | Invoke-SecureCached @Call $block }
        $all | Should -Be '1 a', '2 a', '3 b', '4 b', '5 b', '6 b', '7 b', '8 b'
        [CacheKitTest.Counter]::Count | Should -Be 2
        $all = 1..8 | Invoke-SecureCached $block
        $all | Should -Be (1..8 | ForEach-Object { if ($_ -eq 2) { '2 b' } else { "$_ b" } })
        $env:PIPELINE_STATE = 'a'
        $all = 1, 2, 3, 4, 6, 7, 8 | Invoke-SecureCached $block
        $all | Should -Be '1 a', '2 a', '3 a', '4 a', '6 a', '7 a', '8 a'
    }

    It 'Pipeline: finds each object in the state that <Name> left' -ForEach @(
        @{ Name = 'a function below'; Run = {
                1..6 | Invoke-SecureCached @Call { "$_ $env:PIPELINE_STATE" } | Write-StateBelow
            }
        }
        @{ Name = 'a block below the function around it'; Run = {
                Get-Cached -Call $Call | ForEach-Object { $env:PIPELINE_STATE = "after $($_.Substring(0, 1))"; $_ }
            }
        }
        @{ Name = 'a block below its errors and output'; Run = {
                & { Get-Cached -Call $Call } 2>&1 | Write-StateBelow
            }
        }
    ) {
        # There is an entry of each object in each state.
        foreach ($state in @('start') + (1..6 | ForEach-Object { "after $_" })) {
            $env:PIPELINE_STATE = $state
            $null = Get-Cached -Call @{}
        }

        $env:PIPELINE_STATE = 'start'
        $expected = 1..6 | ForEach-Object { if ($_ -eq 1) { '1 start' } else { "$_ after $($_ - 1)" } }
        Use-ColdSession $Run | Should -Be $expected
    }

    It 'Pipeline: looks again for objects that the block of an earlier one changed' {
        # Each knows the next one.
        function New-Chain {
            $next = $null
            $chain = foreach ($n in 8..1) { ($next = @{ N = $n; Next = $next }) }
            [array]::Reverse($chain)
            $chain
        }
        $block = {
            $n = $_.N
            if ($_.Next) { $_.Next.N += 10 }
            "n $n"
        }
        $chain = New-Chain
        $all = $chain | Invoke-SecureCached $block
        $all | Should -Be 'n 1', 'n 12', 'n 13', 'n 14', 'n 15', 'n 16', 'n 17', 'n 18'
        # Nothing was kept under the objects as they were before.
        foreach ($one in New-Chain) {
            $n = $one.N
            Invoke-SecureCached -InputObject $one $block | Should -Be "n $n"
        }
    }

    It 'Statistics: counts an object that was looked for twice once' {
        $session = New-CacheKitSession -Memory -MasterKey ('ab' * 32)
        $all = 1..8 | Invoke-SecureCached -Session $session { "$_ $env:PIPELINE_STATE"; $env:PIPELINE_STATE = "s$_" }
        $all | Should -Be (1..8 | ForEach-Object { if ($_ -eq 1) { '1 start' } else { "$_ s$($_ - 1)" } })
        $statistics = Get-CacheKitStatistics -Session $session
        $statistics.Calls | Should -Be 8
        $statistics.Misses | Should -Be 8
        $session.Dispose()
    }
}

Describe 'Round trips' {
    BeforeAll {
        $folder = (New-Item -ItemType Directory -Path (Get-TestPath)).FullName
        foreach ($n in 1..60) {
            Set-Content -LiteralPath "$folder/$n.txt" -Value $n
        }

        $lines = Get-TestPath -Extension .txt
        Set-Content -LiteralPath $lines -Value (1..60)
        $table = Get-TestPath -Extension .csv
        1..60 | ForEach-Object { [pscustomobject]@{ Name = "n$_" } } | Export-Csv -LiteralPath $table
        $out = Get-TestPath -Extension .out

        function Get-Cached {
            [CmdletBinding()]
            param([hashtable] $Call)

            1..60 | Invoke-SecureCached @Call { "$_" }
        }

        # How often the store is read for entries that lie there, by a session whose memory is empty.
        function Measure-Read {
            param([scriptblock] $Run)

            $Call = @{}
            $null = . $Run
            $statistics = Use-ColdSession {
                $null = . $Run
                Get-CacheKitStatistics @Call
            }
            $statistics.Misses | Should -Be 0
            $statistics.StoreHits | Should -Be $statistics.Calls
            $statistics
        }
    }

    BeforeEach {
        Initialize-TestEnvironment
    }

    # A batch is not made to wait, so that a busy machine may need some more than these.
    It 'Pipeline: reads a thousand objects in about ten round trips' {
        $statistics = Measure-Read { $all = 1..1000 | Invoke-SecureCached @Call { $_ } }
        $statistics.StoreHits | Should -Be 1000
        $statistics.Reads | Should -BeGreaterOrEqual 10
        $statistics.Reads | Should -BeLessThan 100
    }

    It 'Pipeline: looks objects up together: <Name>' -ForEach @(
        @{ Name = 'an expression, assigned'; Run = { $all = 1..60 | Invoke-SecureCached @Call { "$_" } } }
        @{ Name = 'a list'; Run = {
                $all = [System.Collections.Generic.List[int]] (1..60) | Invoke-SecureCached @Call { "$_" }
            }
        }
        @{ Name = 'into nothing'; Run = { 1..60 | Invoke-SecureCached @Call { "$_" } | Out-Null } }
        @{ Name = 'in parentheses'; Run = { (1..60 | Invoke-SecureCached @Call { "$_" }) | ForEach-Object { $_ } } }
        @{ Name = 'redirected to a file'; Run = { 1..60 | Invoke-SecureCached @Call { "$_" } > $out } }
        @{ Name = 'Get-Content'; Run = { $all = Get-Content -LiteralPath $lines | Invoke-SecureCached @Call { "$_" } } }
        @{ Name = 'Import-Csv'; Run = {
                $all = Import-Csv -LiteralPath $table | Invoke-SecureCached @Call { $_.Name }
            }
        }
        @{ Name = 'Get-ChildItem'; Run = {
                $all = Get-ChildItem -LiteralPath $folder | Invoke-SecureCached @Call { $_.Name }
            }
        }
        @{ Name = 'Where-Object without a script block'; Run = {
                $all = Get-ChildItem -LiteralPath $folder | Where-Object Length -GT 0 |
                    Invoke-SecureCached @Call { $_.Name }
            }
        }
        @{ Name = 'Select-Object Name below'; Run = {
                $all = Import-Csv -LiteralPath $table | Invoke-SecureCached @Call { $_ } | Select-Object Name
            }
        }
        @{ Name = 'ConvertTo-Json below'; Run = { $all = 1..60 | Invoke-SecureCached @Call { "$_" } | ConvertTo-Json } }
        @{ Name = 'in a function, assigned'; Run = { $all = Get-Cached -Call $Call } }
        @{ Name = 'in a function, with a cmdlet below'; Run = { Get-Cached -Call $Call | Sort-Object | Out-Null } }
        @{ Name = 'in a cached block'; Run = { $all = Invoke-SecureCached -Bypass { Get-Cached -Call $Call } } }
        @{ Name = 'in a loop'; Run = { $all = foreach ($i in 1) { 1..60 | Invoke-SecureCached @Call { "$_" } } } }
        @{ Name = 'objects that were collected first'; Run = {
                $numbers = 1..60 | ForEach-Object { $_ }
                $all = $numbers | Invoke-SecureCached @Call { "$_" }
            }
        }
        @{ Name = 'in a runspace of ForEach-Object -Parallel'; Run = {
                1 | ForEach-Object -Parallel {
                    Import-Module CacheKit
                    $Call = $using:Call
                    1..60 | Invoke-SecureCached @Call { "$_" }
                } | ForEach-Object { $_ }
            }
        }
        @{ Name = 'with -ErrorVariable'; Run = {
                $all = 1..60 | Invoke-SecureCached @Call { "$_" } -ErrorVariable failures
            }
        }
    ) {
        (Measure-Read $Run).Reads | Should -BeLessThan 30
    }

    It 'Pipeline: looks each object up in its turn: <Name>' -ForEach @(
        @{ Name = 'ForEach-Object above'; Run = {
                $all = 1..60 | ForEach-Object { $_ } | Invoke-SecureCached @Call { "$_" }
            }
        }
        @{ Name = 'Where-Object { } below'; Run = {
                $all = 1..60 | Invoke-SecureCached @Call { "$_" } | Where-Object { $_ }
            }
        }
        @{ Name = 'ForEach-Object with a method'; Run = {
                $all = 1..60 | Invoke-SecureCached @Call { "$_" } | ForEach-Object ToUpper
            }
        }
        @{ Name = 'another cached block'; Run = {
                $all = 1..60 | Invoke-SecureCached { "$_" } | Invoke-SecureCached @Call { "again $_" }
            }
        }
        @{ Name = 'a function in place of a cmdlet'; Run = {
                function Sort-Object { $input }
                $all = 1..60 | Invoke-SecureCached @Call { "$_" } | Sort-Object
            }
        }
        @{ Name = '-VaryBy with a script block'; Run = {
                $all = 1..60 | Invoke-SecureCached @Call -VaryBy { $_ } { "$_" }
            }
        }
        @{ Name = 'below the function around it'; Run = { Get-Cached -Call $Call | ForEach-Object { $_ } } }
        @{ Name = 'default parameter values'; Run = {
                $PSDefaultParameterValues = @{ 'Get-Content:PipelineVariable' = 'line' }
                $all = Get-Content -LiteralPath $lines | Invoke-SecureCached @Call { "$_" }
            }
        }
    ) {
        $statistics = Measure-Read $Run
        $statistics.Reads | Should -Be $statistics.Calls
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
