using CacheKit.Core.Keys;

namespace CacheKit.Core.Auditing;

/// <summary>What an event of an audit log was about: an entry, or the entries of a namespace or tenant.</summary>
/// <remarks>Never a name or a value: the id is a keyed hash.</remarks>
public readonly struct AuditSubject
{
    private readonly EntryKey? _key;
    private readonly TenantKeys? _keys;
    private readonly string? _namespace;

    private AuditSubject(EntryKey? key, TenantKeys? keys, string? @namespace, long? count)
    {
        _key = key;
        _keys = keys;
        _namespace = @namespace;
        Count = count;
    }

    /// <summary>How many entries it was, if that was counted.</summary>
    public long? Count { get; }

    /// <summary>The namespace, or null for all of the tenant.</summary>
    public string? Namespace => _key?.Namespace ?? _namespace;

    /// <summary>
    /// Whether there is anything to tell: plain entries have no tenant, and nobody's secret is in them.
    /// </summary>
    internal bool IsPlain => _keys is null && _key is not { IsPlain: false };

    /// <summary>The keys of the entry.</summary>
    internal TenantKeys Keys => _keys ?? _key!.Value.Keys;

    /// <summary>The entry, or null when it was more than one.</summary>
    internal EntryKey? Key => _key;

    /// <summary>One entry.</summary>
    /// <param name="key">Where it lies.</param>
    public static AuditSubject Of(in EntryKey key) => new(key, null, null, null);

    /// <summary>Several entries.</summary>
    /// <param name="keys">The keys of their tenant.</param>
    /// <param name="namespace">Their namespace, or null for all of the tenant.</param>
    /// <param name="count">How many it was, or null.</param>
    public static AuditSubject Of(TenantKeys keys, string? @namespace, long? count) =>
        new(null, keys, @namespace, count);
}
