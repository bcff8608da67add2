namespace CacheKit;

/// <summary>Where an entry lies, and what that was computed from.</summary>
public sealed class EntryKeyReport
{
    internal EntryKeyReport(string key, string @namespace, KeyComponent[] components)
    {
        Key = key;
        Namespace = @namespace;
        Components = components;
    }

    /// <summary>
    /// The key under which the store has the entry: a keyed hash, which tells nothing of what went into it; of an
    /// interop entry, the names and a hash that every participant can compute.
    /// </summary>
    public string Key { get; }

    /// <summary>The namespace, readable to the storage.</summary>
    public string Namespace { get; }

    /// <summary>What went into the key, in order.</summary>
    public IReadOnlyList<KeyComponent> Components { get; }

    /// <summary>
    /// The canonical MessagePack of the arguments of an interop call, in hexadecimal digits: what another language must
    /// compute to the same. Null without -Interop.
    /// </summary>
    public string? CanonicalArguments { get; internal init; }

    /// <summary>
    /// The name of the file that other SDKs keep the interop entry in, in their file back end; else null.
    /// </summary>
    public string? FileName { get; internal init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key;
}
