using System.Security.Cryptography;
using System.Text;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Keys;

/// <summary>
/// A file that holds one master key as a line of 64 hexadecimal digits, readable by its owner alone: 0600 on Unix;
/// on Windows the saved key file is protected for the user with DPAPI.
/// </summary>
public static class KeyFile
{
    /// <summary>No key file is longer: room for a DPAPI blob in base64.</summary>
    private const int LongestFile = 16 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static ReadOnlySpan<byte> ProtectedPrefix => "dpapi:"u8;

    /// <summary>Reads the key of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyFileTooOpen"/> when others than the owner have
    /// rights on it, <see cref="ErrorIds.KeyFileUnusable"/> when it cannot be read,
    /// <see cref="ErrorIds.MasterKeyInvalid"/> when it holds no key.</exception>
    public static MasterKey Read(string path)
    {
        byte[] bytes = GC.AllocateArray<byte>(LongestFile + 1, pinned: true);
        try
        {
            int length = ReadBytes(path, bytes);
            return length <= LongestFile
                ? Parse(bytes.AsSpan(0, length), path)
                : throw new CacheKitException(
                    ErrorIds.MasterKeyInvalid,
                    $"The key file '{path}' has more than {LongestFile} bytes; a master key is {MasterKey.HexSize} hexadecimal digits.",
                    "Check that the path is that of a key file, or make a new one with New-CacheKitMasterKey -Path.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Writes a key into a new file, with the directories that it needs (0700).</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The key.</param>
    /// <param name="overwrite">Whether a file that is there is replaced, in one step.</param>
    /// <param name="protect">Whether Windows is to protect it for the user; elsewhere the mode does.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyFileExists"/> or
    /// <see cref="ErrorIds.KeyFileUnusable"/>.</exception>
    public static void Write(string path, MasterKey key, bool overwrite, bool protect)
    {
        byte[] line = GC.AllocateArray<byte>(MasterKey.HexSize + 1, pinned: true);
        string target = Path.GetFullPath(path);
        string temporary = $"{target}.{Guid.NewGuid():n}.tmp";
        try
        {
            if (File.Exists(target) && !overwrite)
            {
                throw Exists(path);
            }

            key.WriteHex(line);
            line[^1] = (byte)'\n';
            CreateDirectory(Path.GetDirectoryName(target)!);
            WriteNew(temporary, protect && OperatingSystem.IsWindows() ? Protect(line) : line);
            File.Move(temporary, target, overwrite);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            DeleteQuietly(temporary);
            throw !overwrite && File.Exists(target) ? Exists(path) : Unusable(path, "be written", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(line);
        }
    }

    private static int ReadBytes(string path, Span<byte> destination)
    {
        try
        {
            // The mode is asked of the open file, so that what was checked is what is read.
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
            {
                throw new CacheKitException(
                    ErrorIds.KeyFileTooOpen,
                    $"The key file '{path}' can be used by others than its owner.",
                    $"Close it (chmod 600 '{path}'), and replace the key if others may have read it.");
            }

            return file.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException
            or ArgumentException)
        {
            throw Unusable(path, "be read", exception);
        }
    }

    private static MasterKey Parse(ReadOnlySpan<byte> bytes, string path)
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

        ReadOnlySpan<byte> line = bytes.TrimEnd("\r\n"u8);
        Span<char> digits = stackalloc char[Math.Min(line.Length, MasterKey.HexSize + 1)];
        Encoding.Latin1.GetChars(line[..digits.Length], digits);
        try
        {
            if (line.IndexOfAny((byte)'\r', (byte)'\n') >= 0)
            {
                throw new CacheKitException(
                    ErrorIds.MasterKeyInvalid,
                    $"The key file '{path}' has more than one line; it holds one key of {MasterKey.HexSize} hexadecimal digits.",
                    "Leave the one line with the key, or make a new file with New-CacheKitMasterKey -Path.");
            }

            return line.Length > digits.Length
                ? throw new CacheKitException(
                    ErrorIds.MasterKeyInvalid,
                    $"The key file '{path}' has {line.Length} characters; a master key is {MasterKey.HexSize} hexadecimal digits.",
                    "Make a new file with New-CacheKitMasterKey -Path.")
                : MasterKey.FromHex(digits, $"The key file '{path}'");
        }
        finally
        {
            digits.Clear();
        }
    }

    private static void WriteNew(string path, ReadOnlySpan<byte> bytes)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using FileStream file = new(path, options);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }

    private static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        // One by one: .NET gives the mode to the last one alone.
        if (Path.GetDirectoryName(path) is { } parent && !Directory.Exists(parent))
        {
            CreateDirectory(parent);
        }

        Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
    }

    private static byte[] Protect(byte[] line)
    {
        if (!OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        string blob = Convert.ToBase64String(ProtectedData.Protect(line, null, DataProtectionScope.CurrentUser));
        return [.. ProtectedPrefix, .. Encoding.ASCII.GetBytes(blob), (byte)'\n'];
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
        catch (Exception exception) when (exception is CryptographicException or FormatException or PlatformNotSupportedException)
        {
            throw Unusable(path, "be unprotected by this user on this machine", exception);
        }
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What failed before is what the user must hear about.
        }
    }

    private static CacheKitException Exists(string path) => new(
        ErrorIds.KeyFileExists,
        $"The key file '{path}' is there already; replacing it would make every entry of its key unreadable.",
        "Give another path, or -Force to replace the key.");

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
