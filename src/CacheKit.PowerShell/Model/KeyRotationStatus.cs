namespace CacheKit;

/// <summary>How many entries of a tenant lie under a key: a row of Get-CacheKitKeyRotation.</summary>
public sealed class KeyRotationStatus
{
    internal KeyRotationStatus(string? tenant, string? keyFingerprint, KeyRotationRole role, long entries, long interopEntries)
    {
        Tenant = tenant;
        KeyFingerprint = keyFingerprint;
        Role = role;
        Entries = entries;
        InteropEntries = interopEntries;
    }

    /// <summary>The tenant; null for entries of other tenants and keys.</summary>
    public string? Tenant { get; }

    /// <summary>Which key, without telling the key; null for keys that are not in the ring.</summary>
    public string? KeyFingerprint { get; }

    /// <summary>What the key is in the ring.</summary>
    public KeyRotationRole Role { get; }

    /// <summary>How many entries lie under it.</summary>
    public long Entries { get; }

    /// <summary>How many entries of the interop namespaces that were named are sealed under it.</summary>
    public long InteropEntries { get; }
}
