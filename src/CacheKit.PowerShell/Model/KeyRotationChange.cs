using System.Security;

namespace CacheKit;

/// <summary>What Start-CacheKitKeyRotation or Complete-CacheKitKeyRotation has done to the key ring.</summary>
public sealed class KeyRotationChange
{
    internal KeyRotationChange(string source, string tenant, IReadOnlyList<string> fingerprints)
    {
        Source = source;
        Tenant = tenant;
        KeyFingerprint = fingerprints[0];
        PreviousKeyFingerprints = [.. fingerprints.Skip(1)];
    }

    /// <summary>Where the keys come from.</summary>
    public string Source { get; }

    /// <summary>The tenant whose fingerprints these are; the ring is that of all tenants.</summary>
    public string Tenant { get; }

    /// <summary>Which key encrypts now, without telling the key.</summary>
    public string KeyFingerprint { get; }

    /// <summary>Which keys only decrypt now.</summary>
    public string[] PreviousKeyFingerprints { get; }

    /// <summary>The new key, where it has to be deployed; null where it was written into a file or a vault.</summary>
    public SecureString? NewMasterKey { get; internal init; }

    /// <summary>What is to be done next, in order.</summary>
    public string[] NextSteps { get; internal init; } = [];
}
