namespace CacheKit.Core.Storage;

/// <summary>
/// A change that happens only where a store still holds what its asker has seen: an entry moves from one key to
/// another, is replaced in place, or removed (<see cref="ICacheStore.TryExchangeAsync"/>).
/// </summary>
/// <remarks>
/// If <see cref="Key"/> holds <see cref="Expected"/> and <see cref="Target"/> holds <see cref="TargetExpected"/>, then
/// <see cref="Value"/> is stored under <see cref="Target"/>, and <see cref="Key"/> is removed unless it is the same
/// key. Otherwise nothing changes. Entries whose time is over count as absent. The arrays must not change before it has
/// ended.
/// </remarks>
public sealed record StoreExchange
{
    /// <summary>The key whose entry is moved, replaced or removed.</summary>
    public required string Key { get; init; }

    /// <summary>The bytes that must be under <see cref="Key"/>; null when nothing must be there.</summary>
    public byte[]? Expected { get; init; }

    /// <summary>The key that takes <see cref="Value"/>; null when <see cref="Key"/> is only removed.</summary>
    public string? Target { get; init; }

    /// <summary>
    /// The bytes that must be under <see cref="Target"/>; null when nothing must be there. Not looked at when that is
    /// null, or <see cref="Key"/> itself.
    /// </summary>
    public byte[]? TargetExpected { get; init; }

    /// <summary>The bytes to store under <see cref="Target"/>.</summary>
    public byte[] Value { get; init; } = [];

    /// <summary>How long the store may return them, more than zero; null for what <see cref="Key"/> has left.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Whether an entry is replaced under its own key.</summary>
    public bool IsInPlace => string.Equals(Target, Key, StringComparison.Ordinal);

    /// <summary>Whether an entry moves from one key to another.</summary>
    public bool IsMove => Target is not null && !IsInPlace;

    /// <summary>How many bytes go to the store, for what is bounded by them.</summary>
    internal long Bytes =>
        (Expected?.Length ?? 0L) + (IsMove ? TargetExpected?.Length ?? 0L : 0L) + (Target is null ? 0L : Value.Length);

    /// <summary>Whether the bytes under a key are those that are expected there.</summary>
    /// <param name="found">What is there, or null.</param>
    /// <param name="expected">What is expected, or null.</param>
    internal static bool Matches(byte[]? found, byte[]? expected) =>
        found is null ? expected is null : expected is not null && found.AsSpan().SequenceEqual(expected);

    /// <summary>Checks it.</summary>
    /// <exception cref="ArgumentException">
    /// A key is empty or the value null, a time is not more than zero, or a time is to be taken over from a key that
    /// must be empty.
    /// </exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Key);
        if (Target is null)
        {
            return;
        }

        ArgumentException.ThrowIfNullOrEmpty(Target);
        ArgumentNullException.ThrowIfNull(Value);
        if (TimeToLive is { } life)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(life, TimeSpan.Zero, nameof(TimeToLive));
        }
        else if (Expected is null)
        {
            throw new ArgumentException("Where nothing is expected, there is no time to live to take over.");
        }
    }
}
