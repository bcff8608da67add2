namespace CacheKit;

/// <summary>What a backend can do beside keeping entries.</summary>
[Flags]
public enum BackendCapabilities
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary>It lists its keys.</summary>
    List = 1,

    /// <summary>It locks a key, so that of several processes one computes.</summary>
    Lock = 2,

    /// <summary>
    /// It ends entries by the time to live, so that it keeps those that other languages share (-Interop).
    /// </summary>
    Interop = 4,
}
