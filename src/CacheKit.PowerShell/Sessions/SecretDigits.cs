using System.Security;
using System.Security.Cryptography;
using CacheKit.Core.Keys;

namespace CacheKit.Sessions;

/// <summary>Master keys as text that is handed to the user, or to a vault, as a SecureString.</summary>
internal static class SecretDigits
{
    /// <summary>A key as 64 hexadecimal digits.</summary>
    /// <param name="key">The key.</param>
    public static SecureString Of(MasterKey key)
    {
        byte[] digits = GC.AllocateArray<byte>(MasterKey.HexSize, pinned: true);
        key.WriteHex(digits);
        return Take(digits, digits.Length);
    }

    /// <summary>The keys of a ring, on lines of their own.</summary>
    /// <param name="ring">The ring.</param>
    public static SecureString Of(KeyRing ring)
    {
        byte[] lines = GC.AllocateArray<byte>(ring.Keys.Count * KeyRing.LineSize, pinned: true);
        ring.WriteLines(lines);
        return Take(lines, lines.Length - 1);
    }

    private static SecureString Take(byte[] text, int length)
    {
        SecureString secret = new();
        foreach (byte character in text.AsSpan(0, length))
        {
            secret.AppendChar((char)character);
        }

        CryptographicOperations.ZeroMemory(text);
        secret.MakeReadOnly();
        return secret;
    }
}
