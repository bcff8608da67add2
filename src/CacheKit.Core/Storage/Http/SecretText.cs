using System.Net;
using System.Runtime.InteropServices;
using System.Security;

namespace CacheKit.Core.Storage.Http;

/// <summary>The text of a SecureString that goes into a header.</summary>
internal static class SecretText
{
    /// <summary>The first character that is not visible ASCII, so that it could end or alter a header; or -1.</summary>
    /// <param name="secret">The text.</param>
    public static int IndexOfUnsafe(SecureString secret)
    {
        IntPtr clear = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            for (int i = 0; i < secret.Length; i++)
            {
                if (unchecked((char)Marshal.ReadInt16(clear, i * sizeof(char))) is < '!' or > '~')
                {
                    return i;
                }
            }

            return -1;
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(clear);
        }
    }

    /// <summary>The text as a string, which nobody can wipe: a header takes nothing else.</summary>
    /// <param name="secret">The text.</param>
    public static string ToHeader(SecureString secret) => new NetworkCredential(string.Empty, secret).Password;
}
