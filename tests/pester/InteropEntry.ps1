#Requires -Version 7.4
# Interop entries as the protocol has them, sealed and opened by .NET alone. Dot-source it in place of common.ps1.
. "$PSScriptRoot/common.ps1"

$master = 'ab' * 32
$user = @{ Interop = 'get_user'; Namespace = 'users'; ArgumentList = 42 }
$place = (Get-CacheKitKey @user -Plain).Key

function ConvertTo-LengthAndText {
    param([string] $Text)

    $bytes = [System.Text.Encoding]::UTF8.GetBytes($Text)
    $length = [System.BitConverter]::GetBytes([uint32] $bytes.Length)
    [array]::Reverse($length)
    $length + $bytes
}

# What the four ways of sealing have in common: the cipher, and the associated data.
function New-InteropCipher {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute(
        'PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It changes nothing.')]
    param([string] $Key, [string] $MasterKey, [string] $Tenant)

    $ascii = [System.Text.Encoding]::ASCII
    $domain = $ascii.GetBytes('encryption')
    $tenantBytes = [System.Text.Encoding]::UTF8.GetBytes($Tenant)
    $salt = $ascii.GetBytes('cachekit_v1_') + [byte] $domain.Length + $domain
    $salt += @([byte] 0, [byte] $tenantBytes.Length) + $tenantBytes
    $derived = [System.Security.Cryptography.HKDF]::DeriveKey(
        'SHA256', [Convert]::FromHexString($MasterKey), 32, [byte[]] $salt, [byte[]] $domain)
    $data = , [byte] 3
    foreach ($part in $Tenant, $Key, 'msgpack', 'False') {
        $data += ConvertTo-LengthAndText $part
    }
    @{ Gcm = [System.Security.Cryptography.AesGcm]::new($derived, 16); Data = [byte[]] $data }
}

# Seals a document as every SDK does: nonce, ciphertext, tag.
function Protect-InteropDocument {
    param([byte[]] $Document, [string] $Key, [string] $MasterKey, [string] $Tenant = 'default')

    $cipher = New-InteropCipher -Key $Key -MasterKey $MasterKey -Tenant $Tenant
    $nonce = [System.Security.Cryptography.RandomNumberGenerator]::GetBytes(12)
    $sealed = [byte[]]::new($Document.Length)
    $tag = [byte[]]::new(16)
    $cipher.Gcm.Encrypt($nonce, $Document, $sealed, $tag, $cipher.Data)
    , [byte[]] ($nonce + $sealed + $tag)
}

# The document in an entry; an exception if it is not authentic.
function Unprotect-InteropDocument {
    param([byte[]] $Entry, [string] $Key, [string] $MasterKey, [string] $Tenant = 'default')

    $cipher = New-InteropCipher -Key $Key -MasterKey $MasterKey -Tenant $Tenant
    $document = [byte[]]::new($Entry.Length - 28)
    $sealed = [byte[]]::new($document.Length)
    [array]::Copy($Entry, 12, $sealed, 0, $sealed.Length)
    $cipher.Gcm.Decrypt($Entry[0..11], $sealed, $Entry[-16..-1], $document, $cipher.Data)
    , $document
}

# The document of the entry that a test's $table has at its $place.
function Get-StoredHex {
    $document = Unprotect-InteropDocument $table[$place] -Key $place -MasterKey $master
    [Convert]::ToHexString($document).ToLowerInvariant()
}
