using CacheKit.Core.Caching.Inspection;

namespace CacheKit;

/// <summary>What is known of a stored entry without its value.</summary>
public sealed class CacheKitEntry
{
    internal CacheKitEntry(EntryInfo info, string tenant)
    {
        Info = info;
        Tenant = tenant;
        Key = info.Key.ToString();
        Created = DateTimeOffset.FromUnixTimeMilliseconds(info.Header.CreatedUnixMs).ToLocalTime();
        Expires = Created.AddMilliseconds(info.Header.FreshForMs);
        KeepUntil = Created.AddMilliseconds(info.Header.KeepForMs);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Age = now > Created ? now - Created : TimeSpan.Zero;
        TimeLeft = Expires > now ? Expires - now : TimeSpan.Zero;
    }

    /// <summary>The item's name, or null for an entry whose key was derived from a block.</summary>
    public string? Name => Info.Name;

    /// <summary>The namespace, readable to the storage.</summary>
    public string Namespace => Info.Key.Namespace;

    /// <summary>Whose entry it is.</summary>
    public string Tenant { get; }

    /// <summary>The key under which the store has it.</summary>
    public string Key { get; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>Until when it is fresh.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>Until when it is kept for callers with -StaleIfError.</summary>
    public DateTimeOffset KeepUntil { get; }

    /// <summary>How old it was when it was listed.</summary>
    public TimeSpan Age { get; }

    /// <summary>How long it was still fresh when it was listed; zero for one in its grace.</summary>
    public TimeSpan TimeLeft { get; }

    /// <summary>How many bytes the store keeps for it.</summary>
    public int Size => Info.Size;

    /// <summary>How its value is written.</summary>
    public Serializer Serializer => (Serializer)Info.Header.Serializer;

    /// <summary>Whether its value is compressed.</summary>
    public bool Compressed => Info.Header.Compressed;

    /// <summary>Which key sealed it, without telling it: 32 hexadecimal digits.</summary>
    public string KeyFingerprint => Info.Header.Fingerprint.ToString();

    /// <summary>Whether that is the key that encrypts now.</summary>
    public bool IsCurrentKey => Info.IsCurrentKey;

    /// <summary>Whether this process has it in memory.</summary>
    public CacheTier Tier => Info.IsInMemory ? CacheTier.Memory : CacheTier.Store;

    internal EntryInfo Info { get; }

    /// <summary>The name, else the key.</summary>
    public override string ToString() => Name ?? Key;
}
