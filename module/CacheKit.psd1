@{
    RootModule           = 'CacheKit.PowerShell.dll'
    ModuleVersion        = '{{ModuleVersion}}'
    CompatiblePSEditions = @('Core')
    PowerShellVersion    = '7.4'
    GUID                 = '6f0c1f1e-0d3c-4c0e-9b55-5b2f0f3f7a41'
    Author               = 'CacheKit contributors'
    CompanyName          = 'CacheKit'
    Copyright            = 'Copyright (c) CacheKit contributors. MIT licence.'
    Description          = 'An encrypted cache for scripts: a slow block runs once, and the storage learns nothing.'
    CmdletsToExport      = @(
        'Clear-CacheKit'
        'Complete-CacheKitKeyRotation'
        'Export-CacheKitMetric'
        'Get-CacheKitAuditLog'
        'Get-CacheKitBackend'
        'Get-CacheKitEntry'
        'Get-CacheKitItem'
        'Get-CacheKitKey'
        'Get-CacheKitKeyRotation'
        'Get-CacheKitSession'
        'Get-CacheKitStatistics'
        'Invoke-Cached'
        'Invoke-SecureCached'
        'New-CacheKitMasterKey'
        'New-CacheKitSession'
        'Protect-CacheKitData'
        'Register-CacheKitBackend'
        'Remove-CacheKitItem'
        'Remove-CacheKitSession'
        'Set-CacheKitItem'
        'Start-CacheKitKeyRotation'
        'Step-CacheKitKeyRotation'
        'Test-CacheKitAuditLog'
        'Test-CacheKitItem'
        'Test-CacheKitMasterKey'
        'Test-CacheKitSession'
        'Unprotect-CacheKitData'
        'Unregister-CacheKitBackend'
        'Use-CacheKitSession'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    FormatsToProcess     = @('CacheKit.Format.ps1xml')
    PrivateData          = @{
        PSData = @{
            Tags         = @('PSEdition_Core', 'Windows', 'Linux', 'MacOS', 'cache', 'encryption', 'secrets', 'sqlite')
            LicenseUri   = 'https://github.com/cachekit/cachekit-powershell/blob/main/LICENSE'
            ProjectUri   = 'https://github.com/cachekit/cachekit-powershell'
            ReleaseNotes = 'https://github.com/cachekit/cachekit-powershell/blob/main/CHANGELOG.md'
        }
    }
}
