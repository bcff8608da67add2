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
        Import-BuiltModule
        $variables = @(
            'CACHEKIT_MASTER_KEY', 'CACHEKIT_MASTER_KEY_FILE', 'CACHEKIT_PREVIOUS_MASTER_KEYS'
            'CACHEKIT_MASTER_KEY_ROTATION', 'CACHEKIT_CACHE_PATH', 'PSModulePath'
        )
        $saved = @{}
        foreach ($variable in $variables) {
            $saved[$variable] = [System.Environment]::GetEnvironmentVariable($variable)
        }
        $location = $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.Path
        $folder = [System.IO.Directory]::CreateTempSubdirectory('cachekit-examples-').FullName
        $env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey
        $env:CACHEKIT_MASTER_KEY_FILE = $env:CACHEKIT_PREVIOUS_MASTER_KEYS = $env:CACHEKIT_MASTER_KEY_ROTATION = $null
        # A vault of secrets, as much of it as is called.
        $env:PSModulePath = "$PSScriptRoot/../../fixtures/modules$([System.IO.Path]::PathSeparator)$env:PSModulePath"
        $global:CacheKitTestVaults = @{ Vault = @{} }
        $env:CACHEKIT_CACHE_PATH = "$folder/cache.db"
        $null = $ExecutionContext.SessionState.Path.SetLocation($folder)
    }

    AfterAll {
        Remove-Module -Name Microsoft.PowerShell.SecretManagement -ErrorAction Ignore
        $null = $ExecutionContext.SessionState.Path.SetLocation($location)
        foreach ($variable in $variables) {
            # $null would become an empty text, and that is a value.
            [System.Environment]::SetEnvironmentVariable($variable, $saved[$variable] ?? [NullString]::Value)
        }
        # A file of the cache can still be open; what stays behind lies in the temporary directory.
        try { [System.IO.Directory]::Delete($folder, $true) } catch [System.IO.IOException] { $null = $_ }
    }

    It 'runs without an error' {
        $output = & {
            param([string] $Example)
            ${function:Get-Secret} = {
                $password = [System.Security.SecureString]::new()
                foreach ($character in "password of $($args[0])".ToCharArray()) { $password.AppendChar($character) }
                [System.Management.Automation.PSCredential]::new($args[0], $password)
            }
            ${function:Get-ADUser} = { [pscustomobject] @{ SamAccountName = 'jdoe'; Department = 'IT' } }
            ${function:Invoke-RestMethod} = { [pscustomobject] @{ access_token = 'token'; expires_in = 3600 } }
            . ([scriptblock]::Create($Example))
        } $Code 2>&1
        @($output | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }) | Should -HaveCount 0
    }
}
