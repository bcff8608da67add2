#Requires -Version 7.4
<#
    A function whose results other languages share: Get-User here, and whatever Python, Rust and TypeScript cache as
    get_user in the namespace users. With -Redis it works on a store that they reach, under the master key and tenant
    that all of them have; without, it shows in a temporary database what happens.

        ./interop.ps1 -Redis rediss://cache.example.com:6380 -Id 42

    The other side, in Python:

        @cache(interop="get_user", namespace="users", ttl=300, backend=RedisBackend(), encryption=True,
               master_key=os.environ["CACHEKIT_MASTER_KEY"], single_tenant_mode=True,
               deployment_uuid="00000000-0000-0000-0000-000000000001")
        def get_user(user_id: int, include_profile: bool = False): ...
#>
param(
    [string] $Redis,
    [string] $Tenant = '00000000-0000-0000-0000-000000000001',
    [long] $Id = 42
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module CacheKit

# The contract: both names, the arguments in their order with their types, and what is in the result. Nothing else makes
# the key, so that whatever the result depends on has to be an argument.
$contract = @{ Interop = 'get_user'; Namespace = 'users' }

function Get-User {
    param([CacheKit.CacheKitSession] $Session, [long] $Id, [bool] $IncludeProfile = $false)

    Invoke-SecureCached @contract -Session $Session -Ttl 5m -ArgumentList $Id, $IncludeProfile {
        param([long] $Id, [bool] $IncludeProfile)

        # Stands for a query that takes its time. Python has a map, and no type of ours: names as Python writes them.
        Write-Host "    the block runs for $Id"
        [pscustomobject]@{
            id      = $Id
            name    = 'alice'
            seen    = [datetimeoffset] '2026-01-01T12:00:00Z'
            # A decimal is none of the values that all languages have: its text is.
            balance = "$(12.50d)"
            profile = if ($IncludeProfile) { [pscustomobject]@{ groups = @('staff') } }
        }
    }
}

if ($Redis) {
    $session = New-CacheKitSession -Redis $Redis -Tenant $Tenant
    Get-User -Session $session -Id $Id
    return
}

$savedKey = $env:CACHEKIT_MASTER_KEY
$env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey
$folder = [IO.Directory]::CreateTempSubdirectory('cachekit-interop-').FullName
try {
    $mine = New-CacheKitSession -Path "$folder/cache.db" -Tenant $Tenant
    $theirs = New-CacheKitSession -Path "$folder/cache.db" -Tenant $Tenant
    Write-Host "first session:       $((Get-User -Session $mine -Id $Id).name)"
    Write-Host "second session:      $((Get-User -Session $theirs -Id $Id).name)"

    # What to compare with generate_interop_key("users", "get_user", [42, False]) when another language misses.
    $key = Get-CacheKitKey @contract -Session $mine -ArgumentList $Id, $false
    $block = { param($Id, $IncludeProfile = $false) "user $Id, profile: $IncludeProfile" }
    $bound = Get-CacheKitKey @contract -Session $mine -ArgumentList $Id $block
    Write-Host "the key of all:      $($key.Key)"
    Write-Host "with the default:    $(if ($bound.Key -eq $key.Key) { 'the same' } else { 'ANOTHER' })"

    $entry = Get-CacheKitEntry -Raw -Session $mine -Key $key.Key
    $text = [Text.Encoding]::Latin1.GetString($entry.Data)
    Write-Host "what the store has:  $($entry.Size) bytes$(if (-not $text.Contains('alice')) { ', only ciphertext' })"
}
finally {
    $env:CACHEKIT_MASTER_KEY = $savedKey
    Get-CacheKitSession -All | Where-Object Tenant -EQ $Tenant | Remove-CacheKitSession
    [IO.Directory]::Delete($folder, $true)
}
