#Requires -Version 7.4
# What the tests share. Dot-source it in BeforeAll, and in BeforeDiscovery where discovery needs the module.
# Each It begins with the feature that it tests: Audit, Backend, Bypass, Clear, Completion, Data, Entry, Errors,
# FailClosed, Help, Interop, Item, Jitter, Key, Manifest, MasterKey, Metrics, Namespace, Pipeline, Plain, PythonFrame,
# Redis, Refresh, Rotation, Runner, Serializer, Session, SingleFlight, StaleIfError, Statistics, Store, Streams, Tenant,
# Ttl, Values, VaryBy, WhatIf.
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSReviewUnusedParameter', '', Justification = 'A backend gets what it declares, and blocks of its own use it.')]
param()

Set-StrictMode -Version Latest

$repositoryRoot = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")

if (-not (Get-Module -Name CacheKit)) {
    $env:PSModulePath = "$repositoryRoot/output", $env:PSModulePath -join [System.IO.Path]::PathSeparator
    Import-Module -Name CacheKit
}

# Blocks count their runs with [CacheKitTest.Counter]::Add().
if (-not ('CacheKitTest.Counter' -as [type])) {
    Add-Type -Path "$PSScriptRoot/Counter.cs"
}

# The variables that the module reads.
function Get-TestVariable {
    $pattern = '^(CACHEKIT_(?!TEST_)\w+|REDIS_URL|HOME|XDG_CONFIG_HOME|APPDATA)$'
    [System.Environment]::GetEnvironmentVariables().GetEnumerator() | Where-Object { $_.Key -match $pattern }
}

$savedVariables = @(Get-TestVariable)

function Clear-TestVariable {
    foreach ($variable in Get-TestVariable) {
        [System.Environment]::SetEnvironmentVariable($variable.Key, [NullString]::Value)
    }
}

# A fresh key, database and home; no other variable of the module; a count of zero.
function Initialize-TestEnvironment {
    Clear-TestVariable
    $env:HOME = $env:XDG_CONFIG_HOME = $env:APPDATA = Get-TestPath
    $env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey
    $env:CACHEKIT_CACHE_PATH = Get-TestPath -Extension .db
    [CacheKitTest.Counter]::Reset()
}

# The variables as they were. Sessions are closed first: on Windows, TestDrive cannot be removed before.
function Restore-TestEnvironment {
    Get-CacheKitSession -All | Remove-CacheKitSession
    Clear-TestVariable
    foreach ($variable in $savedVariables) {
        [System.Environment]::SetEnvironmentVariable($variable.Key, $variable.Value)
    }
}

# A path in TestDrive where nothing is.
function Get-TestPath {
    param([string] $Extension)

    [System.IO.Path]::GetFullPath("$TestDrive/$([guid]::NewGuid().ToString('n'))$Extension")
}

# Waits until the condition holds. The limit is for what hangs, not for what is slow.
function Wait-Until {
    param([scriptblock] $Condition)

    $limit = [datetime]::UtcNow.AddMinutes(5)
    while (-not (& $Condition)) {
        if ([datetime]::UtcNow -gt $limit) {
            throw "This did not become true: $Condition"
        }
        Start-Sleep -Milliseconds 1
    }
}

# The id of the error that the block throws, without the name of the command.
function Get-ErrorId {
    param([scriptblock] $Block)

    try {
        $null = & $Block
    }
    catch {
        return ($_.FullyQualifiedErrorId -split ',')[0]
    }
    throw 'no error'
}

# The category that docs/errors.md gives an error id.
function Get-DocumentedCategory {
    param([string] $ErrorId)

    $page = [System.IO.File]::ReadAllText("$repositoryRoot/docs/errors.md")
    [regex]::Match($page, "``$ErrorId`` \| (\w+) \|").Groups[1].Value
}

function Get-CompletionText {
    param([string] $Line)

    $completion = [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null)
    $completion.CompletionMatches.CompletionText
}

function ConvertTo-Secret {
    param([string] $Text)

    [System.Net.NetworkCredential]::new('', $Text).SecurePassword
}

function ConvertFrom-Secret {
    param([securestring] $Secret)

    [System.Net.NetworkCredential]::new('', $Secret).Password
}

# One character for each byte of a file that the cache may have open.
function Read-OpenFile {
    param([string] $Path)

    $stream = [System.IO.File]::Open($Path, 'Open', 'Read', 'ReadWrite')
    try {
        [System.IO.StreamReader]::new($stream, [System.Text.Encoding]::Latin1).ReadToEnd()
    }
    finally {
        $stream.Dispose()
    }
}

# The blocks of a backend that keeps nothing, as parameters of Register-CacheKitBackend.
$emptyBackend = @{
    Get    = { param($Key) }
    Set    = { param($Key, $Value) }
    Remove = { param($Key) }
}

# A backend that keeps its entries in the table, and how long they are to live in another one.
function Register-TableBackend {
    param([string] $Name, [System.Collections.IDictionary] $Table, [hashtable] $Life = @{}, [switch] $List)

    $blocks = @{
        Get    = {
            param($Key)
            if ($Table.ContainsKey($Key)) { , $Table[$Key] }
        }.GetNewClosure()
        Set    = {
            param($Key, $Value, $Ttl)
            $Table[$Key] = $Value
            $Life[$Key] = $Ttl
        }.GetNewClosure()
        Remove = {
            param($Key)
            $null = $Table.Remove($Key)
        }.GetNewClosure()
    }
    if ($List) {
        $blocks['List'] = {
            param($Prefix)
            @($Table.Keys) | Where-Object { $_.StartsWith($Prefix, 'Ordinal') }
        }.GetNewClosure()
    }
    Register-CacheKitBackend -Name $Name -Force @blocks
}
