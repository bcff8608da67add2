using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CacheKit.Core.Storage.Delegates;

namespace CacheKit.Core.Tests.Storage.Delegates;

/// <summary>The functions of a store that is a folder of files, as samples/folder-backend.ps1 has them.</summary>
/// <param name="folder">The folder, which is there.</param>
/// <param name="clock">The clock that leases end by. Entries end by the store's.</param>
internal sealed class FolderBlocks(string folder, TimeProvider clock)
{
    public DelegateStoreBlocks All => new()
    {
        Get = Block(arguments => Read(PathOf(arguments)) is { } entry ? [entry.Value] : []),
        Set = Block(arguments => Write(PathOf(arguments), (string)arguments[0]!, (byte[])arguments[1]!)),
        Remove = Block(arguments => Delete(PathOf(arguments))),
        List = Block(arguments => [.. Directory.EnumerateFiles(folder, "*.entry")
            .Select(path => Read(path)?.Key)
            .Where(key => key?.StartsWith((string)arguments[0]!, StringComparison.Ordinal) == true)]),
        Lock = Block(arguments => Lock(PathOf(arguments) + ".lock", (TimeSpan)arguments[1]!)),
        Unlock = Block(arguments => Unlock(PathOf(arguments) + ".lock", (string)arguments[1]!)),
    };

    private static DelegateStoreBlock Block(Func<object?[], object?[]> function) => (arguments, token) =>
    {
        token.ThrowIfCancellationRequested();
        return new ValueTask<IReadOnlyList<object?>>(function(arguments));
    };

    private string PathOf(object?[] arguments) => Path.Combine(
        folder, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes((string)arguments[0]!))) + ".entry");

    private static (string Key, byte[] Value)? Read(string path)
    {
        try
        {
            byte[] file = File.ReadAllBytes(path);
            int length = BinaryPrimitives.ReadInt32LittleEndian(file);
            return (Encoding.UTF8.GetString(file.AsSpan(4, length)), file[(4 + length)..]);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static object?[] Write(string path, string key, byte[] value)
    {
        byte[] name = Encoding.UTF8.GetBytes(key);
        byte[] length = BitConverter.GetBytes(name.Length);
        string draft = $"{path}.{Guid.NewGuid():n}";
        File.WriteAllBytes(draft, [.. length, .. name, .. value]);
        File.Move(draft, path, overwrite: true);
        return [];
    }

    private static object?[] Delete(string path)
    {
        File.Delete(path);
        return ["anything"];
    }

    private object?[] Lock(string path, TimeSpan lease)
    {
        using FileStream? file = TryOpen(path);
        if (file is null || Held(file) is { } held && clock.GetUtcNow() < held.Expires)
        {
            return [null];
        }

        string token = Guid.NewGuid().ToString("n");
        byte[] text = Encoding.ASCII.GetBytes($"{token} {(clock.GetUtcNow() + lease).UtcTicks}");
        file.SetLength(0);
        file.Write(text);
        return [token];
    }

    private static object?[] Unlock(string path, string token)
    {
        FileStream? opened;
        while ((opened = TryOpen(path)) is null)
        {
            // Somebody asks for the lock this moment.
            Thread.Yield();
        }

        using FileStream file = opened;
        if (Held(file)?.Token == token)
        {
            file.SetLength(0);
        }

        return [];
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static (string Token, DateTimeOffset Expires)? Held(FileStream file)
    {
        file.Position = 0;
        using StreamReader reader = new(file, leaveOpen: true);
        return reader.ReadToEnd().Split(' ') is [var token, var ticks]
            ? (token, new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero))
            : null;
    }
}
