namespace CacheKit;

/// <summary>What Clear-CacheKit has removed.</summary>
public sealed class ClearReport
{
    internal ClearReport(string store, string? tenant, string[] namespaces, long removed)
    {
        Store = store;
        Tenant = tenant;
        Namespace = namespaces;
        Removed = removed;
    }

    /// <summary>Where, never with a credential.</summary>
    public string Store { get; }

    /// <summary>Whose entries; null for those of all tenants.</summary>
    public string? Tenant { get; }

    /// <summary>The namespaces, as they were given.</summary>
    public string[] Namespace { get; }

    /// <summary>How many entries were removed.</summary>
    public long Removed { get; }

    /// <summary>How many, and where.</summary>
    public override string ToString() => $"{Removed} entries removed from {Store}";
}
