using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Security;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;

namespace CacheKit.Sessions;

/// <summary>A -MasterKey parameter: a SecureString or text of 64 hexadecimal digits, or 32 bytes.</summary>
internal static class MasterKeyParameter
{
    /// <summary>Reads a key.</summary>
    /// <param name="value">What the user gave.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.MasterKeyInvalid"/>.</exception>
    public static MasterKey Read(object? value)
    {
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        return bare switch
        {
            SecureString secret => FromSecureString(secret),
            string text => MasterKey.FromHex(text, "-MasterKey"),
            byte[] bytes => MasterKey.FromBytes(bytes, "-MasterKey"),
            _ => throw new CacheKitException(
                ErrorIds.MasterKeyInvalid,
                $"-MasterKey is {(bare is null ? "null" : $"a {bare.GetType().FullName}")}; it takes a SecureString or "
                + "text of 64 hexadecimal digits, or an array of 32 bytes.",
                "Make a new one with New-CacheKitMasterKey."),
        };
    }

    private static MasterKey FromSecureString(SecureString secret)
    {
        IntPtr clear = Marshal.SecureStringToGlobalAllocUnicode(secret);
        Span<char> digits = stackalloc char[Math.Min(secret.Length, MasterKey.HexSize)];
        try
        {
            for (int i = 0; i < digits.Length; i++)
            {
                digits[i] = unchecked((char)Marshal.ReadInt16(clear, 2 * i));
            }

            return secret.Length > digits.Length
                ? throw new CacheKitException(
                    ErrorIds.MasterKeyInvalid,
                    $"-MasterKey has {secret.Length} characters; a master key is 64 hexadecimal digits (32 bytes).",
                    "Make a new one with New-CacheKitMasterKey.")
                : MasterKey.FromHex(digits, "-MasterKey");
        }
        finally
        {
            digits.Clear();
            Marshal.ZeroFreeGlobalAllocUnicode(clear);
        }
    }
}
