#Requires -Version 7.4
<#
    A store of your own: a folder of files, such as a share that several machines see. With -Path, this registers the
    backend; without, it shows it at work in a temporary folder. Take it as a start for a table of a database, a bucket
    or whatever keeps bytes under a name.

        ./folder-backend.ps1 -Path //files/cache
        $session = New-CacheKitSession -Backend Folder
        Invoke-SecureCached -Session $session { Get-SlowReport }
#>
param(
    [string] $Path,
    [string] $Name = 'Folder'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module CacheKit

$isDemonstration = -not $Path
$folder = if ($Path) { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path) }
else { [IO.Path]::Combine([IO.Path]::GetTempPath(), "cachekit-folder-$([guid]::NewGuid().ToString('n'))") }
$null = [IO.Directory]::CreateDirectory($folder)

# Each block stands alone: it may run in another runspace, where there are no functions of this script. GetNewClosure
# takes $folder along. A key can be any text, and names of files cannot, so that the name is its hash and the file
# begins with the key. What a block writes is its answer; what it throws makes the script go on without the cache.
$backend = @{
    Name = $Name

    Get = {
        param([string] $Key)
        $hash = [Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($Key))
        $file = [IO.Path]::Combine($folder, [Convert]::ToHexString($hash) + '.entry')
        try {
            $reader = [IO.BinaryReader]::new([IO.File]::Open($file, 'Open', 'Read', 'ReadWrite, Delete'))
        }
        catch [IO.FileNotFoundException] {
            return
        }
        try {
            $null = $reader.ReadString()
            # The comma keeps the array in one piece: it would go out byte by byte.
            , $reader.ReadBytes([int] ($reader.BaseStream.Length - $reader.BaseStream.Position))
        }
        finally {
            $reader.Dispose()
        }
    }.GetNewClosure()

    Set = {
        param([string] $Key, [byte[]] $Value, [timespan] $Ttl)
        $hash = [Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($Key))
        $file = [IO.Path]::Combine($folder, [Convert]::ToHexString($hash) + '.entry')
        $draft = "$file.$([guid]::NewGuid().ToString('n'))"
        $writer = [IO.BinaryWriter]::new([IO.File]::Create($draft))
        try {
            $writer.Write($Key)
            $writer.Write($Value)
        }
        finally {
            $writer.Dispose()
        }
        # For whoever cleans up; CacheKit itself looks at the time in the entry.
        [IO.File]::SetLastWriteTimeUtc($draft, [datetime]::UtcNow + $Ttl)
        # Readers see the old file or the new one, never a part.
        [IO.File]::Move($draft, $file, $true)
    }.GetNewClosure()

    Remove = {
        param([string] $Key)
        $hash = [Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($Key))
        [IO.File]::Delete([IO.Path]::Combine($folder, [Convert]::ToHexString($hash) + '.entry'))
    }.GetNewClosure()

    List = {
        param([string] $Prefix)
        foreach ($file in [IO.Directory]::EnumerateFiles($folder, '*.entry')) {
            try {
                $reader = [IO.BinaryReader]::new([IO.File]::Open($file, 'Open', 'Read', 'ReadWrite, Delete'))
            }
            catch [IO.FileNotFoundException] {
                # Removed meanwhile.
                continue
            }
            try {
                $key = $reader.ReadString()
            }
            finally {
                $reader.Dispose()
            }
            if ($key.StartsWith($Prefix, [StringComparison]::Ordinal)) {
                $key
            }
        }
    }.GetNewClosure()

    # Who has the file open decides, and nobody else gets in: the lock is a token and the end of its lease.
    Lock = {
        param([string] $Key, [timespan] $Lease)
        $hash = [Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($Key))
        $file = [IO.Path]::Combine($folder, [Convert]::ToHexString($hash) + '.lock')
        try {
            $stream = [IO.File]::Open($file, 'OpenOrCreate', 'ReadWrite', 'None')
        }
        catch [IO.IOException] {
            return
        }
        try {
            $held = [IO.StreamReader]::new($stream).ReadToEnd() -split ' '
            if ($held.Count -eq 2 -and [datetime]::UtcNow.Ticks -lt [long] $held[1]) {
                return
            }
            $token = [guid]::NewGuid().ToString('n')
            $stream.SetLength(0)
            $stream.Write([Text.Encoding]::ASCII.GetBytes("$token $(([datetime]::UtcNow + $Lease).Ticks)"))
            $token
        }
        finally {
            $stream.Dispose()
        }
    }.GetNewClosure()

    Unlock = {
        param([string] $Key, [string] $Token)
        $hash = [Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($Key))
        $file = [IO.Path]::Combine($folder, [Convert]::ToHexString($hash) + '.lock')
        try {
            $stream = [IO.File]::Open($file, 'OpenOrCreate', 'ReadWrite', 'None')
        }
        catch [IO.IOException] {
            # Somebody is looking whether it is free. It will be when its lease is over.
            return
        }
        try {
            if ([IO.StreamReader]::new($stream).ReadToEnd().StartsWith("$Token ", [StringComparison]::Ordinal)) {
                $stream.SetLength(0)
            }
        }
        finally {
            $stream.Dispose()
        }
    }.GetNewClosure()
}

Register-CacheKitBackend @backend -Force

if (-not $isDemonstration) {
    return
}

$savedKey = $env:CACHEKIT_MASTER_KEY
$env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey
try {
    $first = New-CacheKitSession -Backend $Name -NoMemoryTier
    $second = New-CacheKitSession -Backend $Name -NoMemoryTier
    $value = Invoke-SecureCached -Session $first -Key report { 'made by the first' }
    Write-Host "first session, the block runs:    $value"
    $value = Invoke-SecureCached -Session $second -Key report { 'made by the second' }
    Write-Host "second session, from the folder:  $value"
    $parallel = 1..4 | ForEach-Object -Parallel {
        Import-Module CacheKit
        Invoke-SecureCached -Session $using:second -Key report { 'made by another' }
    }
    Write-Host "four more runspaces:              $(($parallel | Sort-Object -Unique) -join ', ')"
    Write-Host "entries in the folder:            $([IO.Directory]::GetFiles($folder, '*.entry').Count)"
}
finally {
    $env:CACHEKIT_MASTER_KEY = $savedKey
    Unregister-CacheKitBackend -Name $Name
    [IO.Directory]::Delete($folder, $true)
}
