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

    /// <summary>The key under which the store has the entry: a keyed hash, which tells nothing of what went into it.</summary>
    public string Key { get; }

    /// <summary>The namespace, readable to the storage.</summary>
    public string Namespace { get; }

    /// <summary>What went into the key, in order.</summary>
    public IReadOnlyList<KeyComponent> Components { get; }

    /// <summary>The key.</summary>
    public override string ToString() => Key;
}
