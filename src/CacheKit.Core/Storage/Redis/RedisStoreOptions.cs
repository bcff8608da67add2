using System.Security;

namespace CacheKit.Core.Storage.Redis;

/// <summary>Which Redis a store uses, and how long it waits for it.</summary>
public sealed record RedisStoreOptions
{
    /// <summary>
    /// A URL (<c>redis://</c>, <c>rediss://</c>, <c>unix://</c>, <c>redis+sentinel://</c>) or a configuration string of
    /// StackExchange.Redis. It may hold a password.
    /// </summary>
    public required string Connection { get; init; }

    /// <summary>The ACL user; instead of the one in <see cref="Connection"/> if it is not null.</summary>
    public string? User { get; init; }

    /// <summary>The password; instead of the one in <see cref="Connection"/> if it is not null.</summary>
    public SecureString? Password { get; init; }

    /// <summary>
    /// A PEM file with the certificates of the only authorities that the server's certificate may come from; null for
    /// those that the system trusts.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>How long connecting may take; 2 seconds by default, at most 10 minutes.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the server may be silent in an operation; 1 second by default, at most 10 minutes.</summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether the store hears what others write and remove, and tells them; true by default.</summary>
    public bool ListensForChanges { get; init; } = true;

    /// <summary>The largest value, in bytes; 100 MiB by default, at most 512 MiB.</summary>
    public long MaxValueBytes { get; init; } = 100L << 20;

    /// <summary>The clock of the store's own deadlines; the system's unless a test needs another one.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Never the connection: it may hold a password.</summary>
    public override string ToString() => $"{nameof(RedisStoreOptions)} (redacted)";

    /// <summary>Refuses numbers that no store could work with.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    internal void Validate()
    {
        foreach (TimeSpan time in (ReadOnlySpan<TimeSpan>)[ConnectTimeout, OperationTimeout])
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromMilliseconds(1));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromMinutes(10));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxValueBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxValueBytes, 512L << 20);
    }
}
