using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;

namespace CacheKit.Sessions;

/// <summary>The characters of a SecureString, in pinned memory that is zeroed on disposal.</summary>
internal sealed class SecureText : IDisposable
{
    private readonly char[] _characters;

    /// <summary>Reads a secret.</summary>
    /// <param name="secret">The secret.</param>
    public SecureText(SecureString secret)
    {
        IntPtr clear = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            _characters = GC.AllocateArray<char>(secret.Length, pinned: true);
            Marshal.Copy(clear, _characters, 0, _characters.Length);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(clear);
        }
    }

    /// <summary>The characters. Valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<char> Characters => _characters;

    /// <summary>Zeroes the characters.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_characters.AsSpan()));
}
