using System.Security.Cryptography;
using System.Text;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Files;

namespace CacheKit.Core.Keys;

/// <content>
/// Writing. A file is written beside and renamed, so that readers always find a whole one. Who replaces one holds
/// <c>{file}.lock</c> meanwhile, which is empty and stays there: two can hold a lock file that is removed.
/// </content>
public static partial class KeyFile
{
    /// <summary>Writes a key into a new file, with the directories that it needs (0700).</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The key.</param>
    /// <param name="overwrite">
    /// Whether a file that is there is replaced, in one step; not one with several keys.
    /// </param>
    /// <param name="protect">Whether Windows is to protect it for the user; elsewhere the mode does.</param>
    /// <exception cref="CacheKitException">
    /// <see cref="ErrorIds.KeyFileExists"/>, <see cref="ErrorIds.KeyFileChanged"/> or
    /// <see cref="ErrorIds.KeyFileUnusable"/>.
    /// </exception>
    public static void Write(string path, MasterKey key, bool overwrite, bool protect)
    {
        using KeyRing ring = new(key.Clone());
        string target = Path.GetFullPath(path);
        try
        {
            if (!File.Exists(target))
            {
                OwnerFiles.CreateDirectory(Path.GetDirectoryName(target)!);
                Put($"{target}.{Guid.NewGuid():n}.tmp", target, ring, overwrite: false, protect);
                return;
            }

            target = overwrite ? FinalTarget(target) : throw Exists(path);
            using FileStream held = Hold(target);
            if (HoldsSeveralKeys(target))
            {
                throw HoldsRing(path);
            }

            Put(target + ".new", target, ring, overwrite: true, protect);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw !overwrite && File.Exists(target) ? Exists(path) : Unusable(path, "be written", exception);
        }
    }

    /// <summary>
    /// Replaces the keys of a file in one step, if it still has those that the caller read. Of several processes that
    /// do so at once, one does it and the others are told. What Windows protected stays protected.
    /// </summary>
    /// <param name="path">The file, which is there; of a link, the file that it leads to.</param>
    /// <param name="expected">The keys that the caller read from it.</param>
    /// <param name="replacement">The keys to write.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyFileChanged"/> when it has other keys by now, or
    /// somebody else is replacing them at this moment; <see cref="ErrorIds.KeyFileUnusable"/> when it cannot be
    /// written;
    /// or as <see cref="Read(string)"/>.</exception>
    public static void Replace(string path, KeyRing expected, KeyRing replacement)
    {
        try
        {
            string target = FinalTarget(Path.GetFullPath(path));
            using FileStream held = Hold(target);
            using (KeyRing found = Read(target, out bool isProtected))
            {
                if (!found.HasSameKeys(expected))
                {
                    throw Changed($"The key file '{path}' has other keys than when it was read.");
                }

                Put(target + ".new", target, replacement, overwrite: true, isProtected);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, "be written", exception);
        }
    }

    private static void Put(string temporary, string target, KeyRing ring, bool overwrite, bool protect)
    {
        byte[] lines = GC.AllocateArray<byte>(ring.Keys.Count * KeyRing.LineSize, pinned: true);
        try
        {
            ring.WriteLines(lines);
            if (overwrite)
            {
                // What somebody left who was killed; nobody else is here now.
                File.Delete(temporary);
            }

            ReadOnlySpan<byte> bytes = protect && OperatingSystem.IsWindows() ? Protect(lines) : lines;
            OwnerFiles.Put(temporary, target, bytes, overwrite);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(lines);
        }
    }

    /// <summary>Makes everybody else who replaces the file fail until this is closed, or the process ends.</summary>
    private static FileStream Hold(string target)
    {
        try
        {
            return OwnerFiles.Open(target + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite);
        }
        catch (IOException exception) when (FileFaults.MeansLocked(exception))
        {
            throw Changed($"The key file '{target}' is being replaced by another process at this moment.");
        }
    }

    /// <summary>Where a link leads to: who keeps the file elsewhere wants it kept there.</summary>
    private static string FinalTarget(string target) =>
        File.ResolveLinkTarget(target, returnFinalTarget: true)?.FullName ?? target;

    /// <summary>Whatever is wrong with the file, it is not worth keeping then.</summary>
    private static bool HoldsSeveralKeys(string target)
    {
        try
        {
            using KeyRing ring = Read(target, out _, mayBeOpen: true);
            return ring.Keys.Count > 1;
        }
        catch (CacheKitException)
        {
            return false;
        }
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

    private static CacheKitException Exists(string path) => new(
        ErrorIds.KeyFileExists,
        $"The key file '{path}' is there already; replacing it would make every entry of its key unreadable.",
        "Give another path, or -Force to replace the key.");

    private static CacheKitException HoldsRing(string path) => new(
        ErrorIds.KeyFileExists,
        $"The key file '{path}' holds several keys, because a key rotation is under way; a new key in place of all of "
        + "them would make every entry unreadable.",
        "Finish the rotation with Complete-CacheKitKeyRotation; or delete the file, if its keys are not wanted any "
        + "more.");

    private static CacheKitException Changed(string message) => new(
        ErrorIds.KeyFileChanged,
        message + " It was left as it is.",
        "See what it holds now with Test-CacheKitMasterKey -Path, and run the command again.");
}
