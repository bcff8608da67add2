namespace CacheKit.Core.Storage.Redis;

/// <summary>What a Redis says of itself, and what a user may do on it. Null is what the server does not tell.</summary>
public sealed record RedisDescription
{
    /// <summary>The version of the server.</summary>
    public string? Version { get; init; }

    /// <summary><c>standalone</c>, <c>cluster</c> or <c>sentinel</c>.</summary>
    public required string Mode { get; init; }

    /// <summary><c>master</c> or <c>slave</c>, as the server calls it; in a Cluster, of one server.</summary>
    public string? Role { get; init; }

    /// <summary>Whether the connection is encrypted.</summary>
    public required bool UsesTls { get; init; }

    /// <summary>What happens when the memory is full, such as <c>allkeys-lru</c>.</summary>
    public string? MaxMemoryPolicy { get; init; }

    /// <summary>How much memory its data takes, in bytes.</summary>
    public long? UsedMemory { get; init; }

    /// <summary>How much memory its data may take, in bytes; 0 is without a limit.</summary>
    public long? MaxMemory { get; init; }

    /// <summary>How far the server's clock is ahead of ours; negative if it is behind.</summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>How long a command and its answer take.</summary>
    public required TimeSpan RoundTrip { get; init; }

    /// <summary>Whether changes that others make are heard.</summary>
    public required bool HearsChanges { get; init; }

    /// <summary>Whether the user may write entries.</summary>
    public required bool CanWrite { get; init; }

    /// <summary>Whether the user may read entries.</summary>
    public required bool CanRead { get; init; }

    /// <summary>Whether the user may remove entries.</summary>
    public required bool CanRemove { get; init; }

    /// <summary>Whether the user may take and release locks.</summary>
    public required bool CanLock { get; init; }

    /// <summary>Whether the user may list keys.</summary>
    public required bool CanList { get; init; }
}
