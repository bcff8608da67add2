using CacheKit.Core.Keys;

namespace CacheKit.Core.Caching;

/// <summary>The kinds of entries that a cache can keep. A call chooses one; stored bytes never do.</summary>
public sealed class CacheMode
{
    /// <summary>Encrypted entries.</summary>
    public static readonly CacheMode Secure = new(0, "secure", isEncrypted: true, isInterop: false);

    /// <summary>Entries of public data.</summary>
    public static readonly CacheMode Plain = new(1, "plain", isEncrypted: false, isInterop: false);

    /// <summary>Encrypted entries that other languages share.</summary>
    public static readonly CacheMode Interop = new(2, "interop", isEncrypted: true, isInterop: true);

    /// <summary>Entries of public data that other languages share.</summary>
    public static readonly CacheMode PlainInterop = new(3, "plain_interop", isEncrypted: false, isInterop: true);

    /// <summary>All of them, in the order of their index.</summary>
    public static readonly IReadOnlyList<CacheMode> All = new[] { Secure, Plain, Interop, PlainInterop };

    private CacheMode(int index, string label, bool isEncrypted, bool isInterop)
    {
        Index = index;
        Label = label;
        IsEncrypted = isEncrypted;
        IsInterop = isInterop;
    }

    /// <summary>Its place among all.</summary>
    public int Index { get; }

    /// <summary>The name under which metrics tell of it.</summary>
    public string Label { get; }

    /// <summary>Whether entries are encrypted, so that there must be a master key.</summary>
    public bool IsEncrypted { get; }

    /// <summary>Whether other languages share the entries.</summary>
    public bool IsInterop { get; }

    /// <summary>Makes the codec of a tenant's entries.</summary>
    /// <param name="ring">The master keys, which stay the caller's; not asked for unless entries are encrypted.</param>
    /// <param name="tenant">Whose entries they are: 1 to 1,024 bytes in UTF-8.</param>
    internal IEntryCodec CreateCodec(Func<KeyRing> ring, string tenant) => (IsInterop, IsEncrypted) switch
    {
        (false, true) => new NativeCodec(ring().ForTenant(tenant)),
        (false, false) => new PlainCodec(tenant),
        (true, true) => new InteropCodec(ring().ForTenant(tenant)),
        (true, false) => new InteropCodec(keys: null),
    };
}
