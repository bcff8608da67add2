#Requires -Version 7.4
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSAvoidGlobalVars', '', Justification = 'The vaults of the stand-in for SecretManagement are one.')]
param()

# Every example of every page runs as it stands. Commands that a reader has elsewhere get a stand-in of their name.

BeforeDiscovery {
    . "$PSScriptRoot/HelpPage.ps1"
    $folder = [System.IO.Path]::GetDirectoryName((Get-HelpPagePath -Name 'any'))
    $examples = foreach ($path in [System.IO.Directory]::GetFiles($folder, '*.md')) {
        $name = [System.IO.Path]::GetFileNameWithoutExtension($path)
        foreach ($fence in (Read-HelpPage -Path $path).Fences) {
            if ($fence.Section -eq 'EXAMPLES' -and $fence.Info -eq 'powershell') {
                @{ Page = $name; Title = $fence.Item; Code = $fence.Lines -join "`n" }
            }
        }
    }
}

Describe '<Page>, <Title>' -ForEach $examples {
    BeforeAll {
        . "$PSScriptRoot/HelpPage.ps1"
        Initialize-TestEnvironment
        $location = $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.Path
        $savedModulePath = $env:PSModulePath
        # A vault of secrets, as much of it as is called.
        $vault = "$repositoryRoot/tests/fixtures/modules"
        $env:PSModulePath = $vault, $savedModulePath -join [System.IO.Path]::PathSeparator
        $global:CacheKitTestVaults = @{ Vault = @{} }
        $folder = [System.IO.Directory]::CreateDirectory((Get-TestPath)).FullName
        $null = $ExecutionContext.SessionState.Path.SetLocation($folder)
    }

    AfterAll {
        Remove-Module -Name Microsoft.PowerShell.SecretManagement -ErrorAction Ignore
        $null = $ExecutionContext.SessionState.Path.SetLocation($location)
        $env:PSModulePath = $savedModulePath
        Restore-TestEnvironment
    }

    It 'Help: the example runs without an error' {
        $output = & {
            param([string] $Example)
            ${function:Get-Secret} = { [pscredential]::new($args[0], (ConvertTo-Secret "password of $($args[0])")) }
            ${function:Get-ADUser} = { [pscustomobject] @{ SamAccountName = 'jdoe'; Department = 'IT' } }
            ${function:Invoke-RestMethod} = { [pscustomobject] @{ access_token = 'token'; expires_in = 3600 } }
            . ([scriptblock]::Create($Example))
        } $Code 2>&1
        @($output | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }) | Should -HaveCount 0
    }
}
