namespace CacheKit;

/// <summary>A store of the user's own, as Register-CacheKitBackend made it known to this process.</summary>
public sealed class CacheKitBackend
{
    internal CacheKitBackend(string name, BackendCapabilities capabilities, DateTimeOffset registered)
    {
        Name = name;
        Capabilities = capabilities;
        Registered = registered;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it can do beside keeping entries.</summary>
    public BackendCapabilities Capabilities { get; }

    /// <summary>When it was registered.</summary>
    public DateTimeOffset Registered { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
