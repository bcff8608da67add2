namespace CacheKit.Core.Storage.Sqlite;

/// <summary>Where a <see cref="SqliteStore"/> keeps its database, and how large it may grow.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>The smallest <see cref="MaxBytes"/>: 256 KiB. An empty database takes a tenth of it.</summary>
    public const long MinMaxBytes = 256 * 1024;

    /// <summary>The full path of the database file. Missing directories are made, for their owner only.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// Whether the directory is the cache's own, so that it is tightened to its owner (0700) even if it was there
    /// before. Any other directory that exists is left as it is. No effect on Windows.
    /// </summary>
    public bool OwnsDirectory { get; init; }

    /// <summary>
    /// How many bytes of the database may be in use, in bytes; 1 GiB by default. Above it, expired entries go first,
    /// then those written longest ago, until 90 % are left.
    /// </summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>The largest value, in bytes; 100 MiB by default. Never above half of <see cref="MaxBytes"/>.</summary>
    public int MaxValueBytes { get; init; } = 100 << 20;

    /// <summary>How long an operation waits for other processes and threads; 5 seconds by default.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Where SQLite itself stops the file from growing, in bytes: a backstop for writers that outrun the trimming.
    /// Twice <see cref="MaxBytes"/> unless a test needs the disk to be full earlier.
    /// </summary>
    internal long? HardLimitBytes { get; init; }

    /// <summary>Refuses what no store could work with.</summary>
    /// <exception cref="ArgumentException">The path is not a full one, or a number is out of its range.</exception>
    internal void Validate()
    {
        if (!System.IO.Path.IsPathFullyQualified(Path) || Path.Contains('\0', StringComparison.Ordinal)
            || System.IO.Path.GetFileName(Path).Length == 0)
        {
            throw new ArgumentException("The path of a cache database must be the full path of a file.", nameof(Path));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytes, MinMaxBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxValueBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(BusyTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BusyTimeout, TimeSpan.FromMinutes(10));
    }
}
