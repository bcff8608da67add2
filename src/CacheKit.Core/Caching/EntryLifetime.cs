namespace CacheKit.Core.Caching;

/// <summary>How long an entry is fresh, and how long it is kept after that for a caller whose block fails.</summary>
public readonly record struct EntryLifetime
{
    /// <summary>Makes a lifetime. Times are whole milliseconds: a shorter life is rounded up to one.</summary>
    /// <param name="timeToLive">How long it is fresh; more than zero.</param>
    /// <param name="staleIfError">How long it is kept after that; zero or more.</param>
    public EntryLifetime(TimeSpan timeToLive, TimeSpan staleIfError = default)
    {
        FreshForMs = Math.Max(1, (long)timeToLive.TotalMilliseconds);
        KeepForMs = FreshForMs + (long)staleIfError.TotalMilliseconds;
    }

    /// <summary>How long it is fresh, in milliseconds.</summary>
    public long FreshForMs { get; }

    /// <summary>How long it is kept, in milliseconds from the same start.</summary>
    public long KeepForMs { get; }

    /// <summary>A life without a grace.</summary>
    /// <param name="timeToLive">How long it is fresh; more than zero.</param>
    public static implicit operator EntryLifetime(TimeSpan timeToLive) => new(timeToLive);
}
