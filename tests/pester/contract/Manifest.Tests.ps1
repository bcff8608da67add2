#Requires -Version 7.4

BeforeDiscovery {
    . "$PSScriptRoot/../common.ps1"
    $module = Get-Module -ListAvailable -Name CacheKit | Select-Object -First 1
    $manifest = Import-PowerShellDataFile -LiteralPath $module.Path
    $cmdlets = $manifest.CmdletsToExport
}

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
    $module = Get-Module -ListAvailable -Name CacheKit | Select-Object -First 1
    $manifest = Import-PowerShellDataFile -LiteralPath $module.Path
}

Describe 'The manifest' {
    It 'Manifest: is valid' {
        { Test-ModuleManifest -Path $module.Path -ErrorAction Stop } | Should -Not -Throw
    }

    It 'Manifest: is in the folder of its version' {
        Split-Path -Path (Split-Path -Path $module.Path) -Leaf | Should -Be $manifest.ModuleVersion
    }

    It 'Manifest: requires PowerShell 7.4' {
        $manifest.PowerShellVersion | Should -Be '7.4'
        $manifest.CompatiblePSEditions | Should -Be 'Core'
    }

    It 'Manifest: has a binary root module and no scripts' {
        $manifest.RootModule | Should -Be 'CacheKit.PowerShell.dll'
        $manifest.ContainsKey('NestedModules') | Should -BeFalse
        $manifest.ContainsKey('RequiredAssemblies') | Should -BeFalse
    }

    It 'Manifest: lists every export without wildcards' {
        $manifest.CmdletsToExport | Should -Not -BeNullOrEmpty
        $manifest.CmdletsToExport -match '[*?]' | Should -BeNullOrEmpty
        $manifest.FunctionsToExport | Should -HaveCount 0
        $manifest.VariablesToExport | Should -HaveCount 0
        $manifest.AliasesToExport | Should -HaveCount 0
    }

    It 'Manifest: has the tag <_>' -ForEach 'PSEdition_Core', 'Windows', 'Linux', 'MacOS' {
        $manifest.PrivateData.PSData.Tags | Should -Contain $_
    }

    It 'Manifest: has the address <_>' -ForEach 'LicenseUri', 'ProjectUri', 'ReleaseNotes' {
        $manifest.PrivateData.PSData.$_ | Should -BeLike 'https://*'
    }
}

Describe 'The module' {
    It 'Manifest: lists exactly the exported cmdlets' {
        $loaded = Get-Module -Name CacheKit
        $loaded.ExportedCmdlets.Keys | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
        $loaded.ExportedFunctions.Keys | Should -BeNullOrEmpty
        $loaded.ExportedVariables.Keys | Should -BeNullOrEmpty
        $loaded.ExportedAliases.Keys | Should -BeNullOrEmpty
    }

    It 'Manifest: gives <_> an approved verb and a noun of the module' -ForEach $cmdlets {
        $verb, $noun = $_ -split '-'
        (Get-Verb).Verb | Should -Contain $verb
        $noun | Should -MatchExactly '^(CacheKit[A-Z]\w*|CacheKit|SecureCached|Cached)$'
    }

    It 'Manifest: the module is imported again with -Force without output' {
        $words = Import-Module -Name CacheKit -Force *>&1
        $words | Should -BeNullOrEmpty
        Get-Module -Name CacheKit | Should -HaveCount 1
    }

    It 'Manifest: the module can be removed and imported again' {
        Remove-Module -Name CacheKit
        Get-Module -Name CacheKit | Should -BeNullOrEmpty
        Import-Module -Name CacheKit
        (Get-Module -Name CacheKit).ExportedCmdlets.Count | Should -Be $manifest.CmdletsToExport.Count
    }
}
