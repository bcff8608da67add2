#Requires -Version 7.4
param()

Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $commandType = 'CacheKit.Commands.ExportCacheKitMetricCommand'

    # The number of a sample, or null.
    function Get-Sample {
        param([string] $Text, [string] $Sample)

        foreach ($line in $Text -split "`n") {
            if ($line.StartsWith("$Sample ")) { return [double] $line.Substring($Sample.Length + 1) }
        }
    }
}

Describe 'Export-CacheKitMetric' {
    BeforeEach {
        $session = New-CacheKitSession -Memory -MasterKey ('ab' * 32) -Tenant acme
        $null = 1..3 | ForEach-Object { Invoke-SecureCached -Session $session -Namespace secret -Key a { 1 } }
        $path = Get-TestPath .prom
    }

    AfterEach {
        $session.Dispose()
    }

    It 'Metrics: writes the counters of the session and the tenant' {
        $text = Export-CacheKitMetric -Session $session
        $text | Should -BeOfType string
        $text | Should -BeLike "*`n# EOF`n"
        Get-Sample $text 'cachekit_calls_total{mode="secure",outcome="memory_hit"}' | Should -Be 2
        Get-Sample $text 'cachekit_calls_total{mode="secure",outcome="miss"}' | Should -Be 1
        Get-Sample $text 'cachekit_store_writes_total{mode="secure",outcome="ok"}' | Should -Be 1
        Get-Sample $text 'cachekit_computation_seconds_count{mode="secure"}' | Should -Be 1
        Get-Sample $text 'cachekit_lookup_seconds_count{mode="secure",tier="memory"}' | Should -Be 2
        Get-Sample $text 'cachekit_memory_entries' | Should -Be 1
        Get-Sample $text 'cachekit_breaker_open' | Should -Be 0
        Get-Sample (Export-CacheKitMetric -Session $session -Tenant globex) `
            'cachekit_calls_total{mode="secure",outcome="miss"}' | Should -Be 0
    }

    It 'Metrics: has samples only for the kinds of cache that were used' {
        Export-CacheKitMetric -Session $session | Should -Not -Match 'plain'
        $null = Invoke-Cached -Session $session -Key a { 1 }
        Get-Sample (Export-CacheKitMetric -Session $session) 'cachekit_calls_total{mode="plain",outcome="miss"}' |
            Should -Be 1
    }

    It 'Metrics: names no namespace or key, and the tenant only with -IncludeTenant' {
        Export-CacheKitMetric -Session $session | Should -Not -Match 'acme|"a"|secret"[^,}]|namespace'
        $text = Export-CacheKitMetric -Session $session -IncludeTenant
        Get-Sample $text 'cachekit_calls_total{tenant="acme",mode="secure",outcome="miss"}' | Should -Be 1
        foreach ($line in $text -split "`n" -ne '') {
            $line | Should -Match '^# |\{tenant="acme"'
        }
    }

    It 'Metrics: writes one file and nothing else' {
        Export-CacheKitMetric -Session $session -Path $path | Should -BeNullOrEmpty
        [IO.File]::ReadAllText($path) | Should -Be (Export-CacheKitMetric -Session $session)
        $file = Export-CacheKitMetric -Session $session $path -PassThru
        $file | Should -BeOfType IO.FileInfo
        $file.FullName | Should -Be ([IO.Path]::GetFullPath($path))
        @([IO.Directory]::GetFiles((Split-Path $path), "$(Split-Path -Leaf $path)*")) | Should -HaveCount 1
    }

    It 'WhatIf: writes no file of metrics' {
        Export-CacheKitMetric -Session $session -Path $path -WhatIf
        [IO.File]::Exists($path) | Should -BeFalse
    }

    It 'Metrics: does not reset the counters' {
        Export-CacheKitMetric -Session $session -Path $path
        (Get-CacheKitStatistics -Session $session).Calls | Should -Be 3
    }

    It 'Metrics: refuses <Name> as the file' -ForEach @(
        @{ Name = 'a directory'; Path = '.' }
        @{ Name = 'a file without a directory'; Path = 'none/cachekit.prom' }
        @{ Name = 'what is no path'; Path = '' }
        @{ Name = 'another drive than one of files'; Path = 'Env:/cachekit.prom' }
    ) {
        $target = $Path -in '', 'Env:/cachekit.prom' ? $Path : (Join-Path $TestDrive $Path)
        { Export-CacheKitMetric -Session $session -Path $target } |
            Should -Throw -ErrorId "MetricFileUnusable,$commandType"
    }

    It 'Metrics: fails for a closed session' {
        $session.Dispose()
        { Export-CacheKitMetric -Session $session } | Should -Throw -ErrorId "SessionClosed,$commandType"
    }
}
