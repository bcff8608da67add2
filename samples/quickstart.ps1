#Requires -Version 7.4
<#
    A slow secret, cached encrypted: slow once, then a matter of milliseconds, in this process and in others that hold
    the same master key. Everything is written into a temporary directory and removed at the end.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute(
    'PSAvoidUsingConvertToSecureStringWithPlainText', '', Justification = 'The password is made up by this sample.')]
param([switch] $SecondProcess)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module CacheKit

$password = 'correct-horse-battery-staple'

# Stands for Get-Secret and a vault that takes two seconds to answer.
function Get-SlowSecret {
    param([string] $Name)

    Write-Host 'asking the vault, which takes two seconds'
    Start-Sleep -Seconds 2
    $secret = ConvertTo-SecureString -String $password -AsPlainText -Force
    [pscredential]::new($Name, $secret)
}

function Measure-Call {
    param([string] $Label)

    $watch = [Diagnostics.Stopwatch]::StartNew()
    $credential = Invoke-SecureCached -Ttl 300 { Get-SlowSecret -Name DbAdmin }
    $milliseconds = $watch.Elapsed.TotalMilliseconds
    $isRight = $credential.GetNetworkCredential().Password -ceq $password
    $line = '{0,-34} {1,8:N1} ms   {2}, password right: {3}'
    Write-Host ($line -f $Label, $milliseconds, $credential.UserName, $isRight)
}

if ($SecondProcess) {
    Measure-Call 'another process, same master key'
    return
}

$directory = Join-Path ([IO.Path]::GetTempPath()) "cachekit-quickstart-$([guid]::NewGuid().ToString('n'))"
$env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey
$env:CACHEKIT_CACHE_PATH = Join-Path $directory 'cache.db'

try {
    Measure-Call 'first call, the block runs'
    Measure-Call 'second call, from memory'

    # This same script in a process of its own. A PowerShell that is a .NET tool runs in dotnet.
    $executable = [Environment]::ProcessPath
    $arguments = @('-NoProfile', '-File', $PSCommandPath, '-SecondProcess')
    if ([IO.Path]::GetFileNameWithoutExtension($executable) -eq 'dotnet') {
        $arguments = @([Environment]::GetCommandLineArgs()[0]) + $arguments
    }

    & $executable @arguments
    if ($LASTEXITCODE -ne 0) {
        throw "The second process ended with exit code $LASTEXITCODE."
    }

    $found = $false
    foreach ($file in [IO.Directory]::GetFiles($directory)) {
        $stream = [IO.File]::Open($file, 'Open', 'Read', 'ReadWrite')
        try {
            $bytes = [byte[]]::new($stream.Length)
            $stream.ReadExactly($bytes)
        }
        finally {
            $stream.Dispose()
        }

        foreach ($encoding in [Text.Encoding]::UTF8, [Text.Encoding]::Unicode) {
            # Latin1 maps each byte to one character, so that bytes can be searched as text.
            $needle = [Text.Encoding]::Latin1.GetString($encoding.GetBytes($password))
            $found = $found -or [Text.Encoding]::Latin1.GetString($bytes).Contains($needle, 'Ordinal')
        }
    }

    $outcome = if ($found) { 'FOUND' } else { 'not found, there is only ciphertext' }
    Write-Host "the password in the cache's files: $outcome"
    if ($found) {
        throw 'The cache''s files hold the password.'
    }
}
finally {
    $env:CACHEKIT_MASTER_KEY = $null
    $env:CACHEKIT_CACHE_PATH = $null
    if ([IO.Directory]::Exists($directory)) {
        [IO.Directory]::Delete($directory, $true)
    }
}
