using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Caching.Rotation;

/// <summary>What a tenant's entries are sealed under.</summary>
public sealed record RotationInventory
{
    /// <summary>The native entries of each key of the ring, the encrypting one first.</summary>
    public required IReadOnlyList<KeyInventory> Keys { get; init; }

    /// <summary>The interop entries of each namespace that was asked for.</summary>
    public required IReadOnlyList<InteropInventory> Interop { get; init; }

    /// <summary>Whether all has been counted: the last one that a census gives.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>How many entries are sealed under old keys: what a run has before it.</summary>
    public long Old => Keys.Skip(1).Sum(key => key.Entries) + Interop.Sum(each => each.Entries.Skip(1).Sum());
}

/// <summary>The native entries under one key.</summary>
/// <param name="Fingerprint">Names the key of the tenant.</param>
/// <param name="IsCurrent">Whether it is the one that encrypts.</param>
/// <param name="Entries">How many there are.</param>
/// <param name="Fixed">
/// How many of those under an old key no run can move, as they are not authentic or were written before entries carried
/// what that needs; 0 unless the entries were read.
/// </param>
public sealed record KeyInventory(KeyFingerprint Fingerprint, bool IsCurrent, long Entries, long Fixed);

/// <summary>The interop entries of a namespace.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Entries">How many each key of the ring opens, the encrypting one first.</param>
/// <param name="Foreign">How many no key opens: another tenant's, altered or unencrypted ones.</param>
public sealed record InteropInventory(string Namespace, IReadOnlyList<long> Entries, long Foreign);
