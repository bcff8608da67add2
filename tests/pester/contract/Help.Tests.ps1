#Requires -Version 7.4
# Every exported cmdlet has a page that says what the cmdlet is, and Get-Help shows what the page says.

BeforeDiscovery {
    . "$PSScriptRoot/HelpPage.ps1"
    $cmdlets = foreach ($name in (Get-Module -Name CacheKit).ExportedCmdlets.Keys) { @{ Name = $name } }
}

Describe 'Help of <Name>' -ForEach $cmdlets {
    BeforeAll {
        . "$PSScriptRoot/HelpPage.ps1"
        $command = Get-Command -Name $Name -Module CacheKit
        $path = Get-HelpPagePath -Name $Name
        $page = Read-HelpPage -Path $path
        $help = Get-Help -Name $Name -Full
        $examples = @($page.Fences | Where-Object { $_.Section -eq 'EXAMPLES' -and $_.Info -eq 'powershell' })
    }

    It 'Help: has a page without placeholders' {
        [System.IO.File]::ReadAllText($path) | Should -Not -Match '\{\{'
    }

    It 'Help: shows the syntax of each parameter set' {
        Join-Sorted (Get-PageSyntax -Page $page) | Should -BeExactly (Join-Sorted (Get-CmdletSyntax -Command $command))
    }

    It 'Help: describes the parameters as the cmdlet declares them' {
        $expected = Join-Sorted (Get-CmdletParameter -Command $command)
        Join-Sorted (Get-PageParameter -Page $page) | Should -BeExactly $expected
    }

    It 'Help: has the online address of the page' {
        $folder = 'https://github.com/cachekit/cachekit-powershell/blob/main/docs/cmdlets'
        $command.HelpUri | Should -BeExactly "$folder/$Name.md"
        [System.IO.File]::ReadAllText($path) | Should -Match ([regex]::Escape("HelpUri: $($command.HelpUri)"))
    }

    It 'Help: has at least two examples' {
        $examples.Count | Should -BeGreaterThan 1
    }

    It 'Help: Get-Help shows synopsis and description' {
        $help.Synopsis | Should -BeExactly $page.Text['SYNOPSIS']
        @($help.Description).Count | Should -BeGreaterThan 0
        $help.Description[0].Text | Should -Not -BeNullOrEmpty
    }

    It 'Help: Get-Help shows the code of every example' {
        $shown = @($help.Examples.Example | ForEach-Object { "$($_.Code)" -replace "`r", '' })
        $shown | Should -HaveCount $examples.Count
        for ($i = 0; $i -lt $shown.Count; $i++) {
            $shown[$i] | Should -BeExactly ($examples[$i].Lines -join "`n")
        }
    }

    It 'Help: Get-Help describes every parameter' {
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters
        foreach ($parameter in $command.Parameters.Keys | Where-Object { $common -notcontains $_ }) {
            $shown = Get-Help -Name $Name -Parameter $parameter
            $shown.Name | Should -BeExactly $parameter
            $shown.Description[0].Text | Should -Not -BeNullOrEmpty
        }
    }

    It 'Help: Get-Help -Online opens the page' {
        $help.RelatedLinks.NavigationLink[0].Uri | Should -BeExactly $command.HelpUri
    }
}

Describe 'Pages of docs/cmdlets' {
    BeforeAll {
        . "$PSScriptRoot/HelpPage.ps1"
        $folder = [System.IO.Path]::GetDirectoryName((Get-HelpPagePath -Name 'any'))
    }

    It 'Help: every page belongs to an exported cmdlet' {
        $exported = @((Get-Module -Name CacheKit).ExportedCmdlets.Keys)
        foreach ($path in [System.IO.Directory]::GetFiles($folder, '*.md')) {
            [System.IO.Path]::GetFileNameWithoutExtension($path) | Should -BeIn $exported
        }
    }
}
