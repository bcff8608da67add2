namespace CacheKit.Core.Caching;

/// <summary>The kinds of stores that a configuration can choose (DESIGN section 9).</summary>
public enum StoreKind
{
    /// <summary>A database file.</summary>
    Sqlite,

    /// <summary>This process's memory alone.</summary>
    Memory,

    /// <summary>A Redis server, cluster or Sentinel group.</summary>
    Redis,

    /// <summary>The CacheKit REST API.</summary>
    Http,

    /// <summary>A store of the user's own.</summary>
    Custom,
}
