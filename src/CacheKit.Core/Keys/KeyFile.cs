using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Files;

namespace CacheKit.Core.Keys;

/// <summary>
/// A file that holds master keys, one to four lines of 64 hexadecimal digits: the first key encrypts, the others
/// decrypt. It is readable by its owner alone: 0600 on Unix; on Windows the saved key file is protected for the user
/// with DPAPI.
/// </summary>
public static partial class KeyFile
{
    /// <summary>No key file is longer: room for a DPAPI blob in base64.</summary>
    private const int LongestFile = 16 * 1024;

    private static ReadOnlySpan<byte> ProtectedPrefix => "dpapi:"u8;

    /// <summary>Reads the keys of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The ring, which is the caller's.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyFileTooOpen"/> when others than the owner have
    /// rights on it, <see cref="ErrorIds.KeyFileUnusable"/> when it cannot be read, <see
    /// cref="ErrorIds.MasterKeyInvalid"/> when a line is no key, <see cref="ErrorIds.KeyRingInvalid"/> when the keys
    /// cannot be used together.</exception>
    public static KeyRing Read(string path) => Read(path, out _);

    /// <summary>A digest of what a file holds, which tells no key; null when it cannot be read.</summary>
    internal static byte[]? DigestOf(string path)
    {
        Span<byte> bytes = stackalloc byte[LongestFile + 1];
        try
        {
            return SHA256.HashData(bytes[..ReadBytes(path, bytes)]);
        }
        catch (CacheKitException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static KeyRing Read(string path, out bool isProtected, bool mayBeOpen = false)
    {
        byte[] bytes = GC.AllocateArray<byte>(LongestFile + 1, pinned: true);
        try
        {
            int length = ReadBytes(path, bytes, mayBeOpen);
            isProtected = bytes.AsSpan(0, length).StartsWith(ProtectedPrefix);
            return length <= LongestFile
                ? Parse(bytes.AsSpan(0, length), path)
                : throw new CacheKitException(
                    ErrorIds.MasterKeyInvalid,
                    $"The key file '{path}' has more than {LongestFile} bytes; a master key is {MasterKey.HexSize} "
                    + "hexadecimal digits.",
                    "Check that the path is that of a key file, or make a new one with New-CacheKitMasterKey -Path.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static int ReadBytes(string path, Span<byte> destination, bool mayBeOpen = false)
    {
        try
        {
            using FileStream file = new(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (!mayBeOpen && OwnerFiles.GivesOthers(file.SafeFileHandle, OwnerFiles.Others))
            {
                throw new CacheKitException(
                    ErrorIds.KeyFileTooOpen,
                    $"The key file '{path}' can be used by others than its owner.",
                    $"Close it (chmod 600 '{path}'), and replace the key if others may have read it.");
            }

            return file.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception
            is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw Unusable(path, "be read", exception);
        }
    }

    private static KeyRing Parse(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.StartsWith(ProtectedPrefix))
        {
            byte[] clear = Unprotect(bytes[ProtectedPrefix.Length..], path);
            try
            {
                return Parse(clear, path);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(clear);
            }
        }

        char[] text = GC.AllocateArray<char>(bytes.Length, pinned: true);
        try
        {
            Encoding.Latin1.GetChars(bytes, text);
            return ParseLines(text.AsSpan().TrimEnd("\r\n"), $"the key file '{path}'");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text.AsSpan()));
        }
    }

    private static KeyRing ParseLines(ReadOnlySpan<char> text, string file)
    {
        using KeyRingBuilder builder = new();
        if (text.Contains('\n'))
        {
            builder.AddList(text, '\n', file, "Line");
        }
        else
        {
            builder.Add(text, $"T{file[1..]}");
        }

        return builder.Build();
    }

    private static byte[] Unprotect(ReadOnlySpan<byte> base64, string path)
    {
        try
        {
            return OperatingSystem.IsWindows()
                ? ProtectedData.Unprotect(
                    Convert.FromBase64String(Encoding.ASCII.GetString(base64)),
                    null,
                    DataProtectionScope.CurrentUser)
                : throw new PlatformNotSupportedException("The file was protected by Windows.");
        }
        catch (Exception exception) when (exception
            is CryptographicException or FormatException or PlatformNotSupportedException)
        {
            throw Unusable(path, "be unprotected by this user on this machine", exception);
        }
    }

    private static CacheKitException Unusable(string path, string what, Exception cause) => new(
        ErrorIds.KeyFileUnusable,
        $"The key file '{path}' cannot {what}: {Reason(cause)}.",
        "Check that the path is right and that this user may use it.",
        cause);

    private static string Reason(Exception cause) => cause switch
    {
        FileNotFoundException => "it does not exist",
        DirectoryNotFoundException => "its directory does not exist",
        UnauthorizedAccessException => "access is denied, or it is a directory",
        CryptographicException => "it belongs to another user or machine",
        _ => cause.Message.TrimEnd('.'),
    };
}
