using System.Runtime.CompilerServices;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching.Rotation;

/// <summary>
/// Counts what a tenant's entries are sealed under. That of native entries is told by their physical keys, whose tag is
/// a hash under the key; interop entries are read and tried.
/// </summary>
public sealed class RotationCensus
{
    private const int StepSize = 1000;

    // Values may be large, and a batch is in memory at once.
    private const int BatchSize = 32;

    private readonly ICacheStore _store;
    private readonly TenantKeyRing _keys;
    private readonly EntryMover _mover;
    private readonly InteropSealer _interop;

    /// <summary>Makes a census; tiers and keys stay the caller's.</summary>
    /// <param name="tiers">A store that can list.</param>
    /// <param name="keys">The keys of the tenant, the encrypting one first.</param>
    public RotationCensus(CacheTiers tiers, TenantKeyRing keys)
    {
        ArgumentNullException.ThrowIfNull(tiers);
        ArgumentNullException.ThrowIfNull(keys);
        _store = tiers.Store;
        _keys = keys;
        _mover = new EntryMover(_store, keys.Current, tiers.Clock);
        _interop = new InteropSealer(_store, keys);
    }

    /// <summary>Makes a census of a tenant's cache; it is of use as long as the cache is open.</summary>
    /// <param name="cache">The cache, which stays the caller's.</param>
    public RotationCensus(EntryCache cache)
        : this(cache.Tiers, cache.Ring)
    {
    }

    /// <summary>Counts the encrypted entries of a store that belong to none of some tenants' keys.</summary>
    /// <param name="tenants">Caches of the tenants, over one store.</param>
    /// <param name="cancellationToken">Ends the count.</param>
    /// <exception cref="StoreException">Among others, the store cannot list.</exception>
    public static async Task<long> CountOthersAsync(
        IReadOnlyList<EntryCache> tenants, CancellationToken cancellationToken)
    {
        HashSet<string> tags = [.. tenants.SelectMany(each => each.Ring.Keys).Select(EntryListing.TagOf)];
        string pattern = PhysicalKey.PatternOf(PhysicalKey.AnyTenantTag);
        ICacheStore store = tenants[0].Tiers.Store;
        long others = 0;
        await foreach (string text in store.ListAsync(pattern, cancellationToken).ConfigureAwait(false))
        {
            others += PhysicalKey.TryParse(text, out PhysicalKey? key) && !tags.Contains(key.Tag) ? 1 : 0;
        }

        return others;
    }

    /// <summary>Counts; gives what it has after each thousand entries, and last all.</summary>
    /// <param name="interopNamespaces">The namespaces whose interop entries count too.</param>
    /// <param name="readsEntries">Whether entries under old keys are read, to tell those that cannot be moved.</param>
    /// <param name="cancellationToken">Ends the count.</param>
    /// <exception cref="ArgumentException">A namespace is none of interop entries.</exception>
    /// <exception cref="StoreException">Among others, the store cannot list.</exception>
    public async IAsyncEnumerable<RotationInventory> CountAsync(
        IReadOnlyList<string> interopNamespaces,
        bool readsEntries,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(interopNamespaces);
        KeyRotator.CheckNamespaces(interopNamespaces);
        Counting counting = new(_keys, interopNamespaces);
        long shown = 0;
        await foreach (long seen in CountAllAsync(counting, readsEntries, cancellationToken).ConfigureAwait(false))
        {
            if (seen - shown >= StepSize)
            {
                shown = seen;
                yield return counting.ToInventory(isComplete: false);
            }
        }

        yield return counting.ToInventory(isComplete: true);
    }

    private async IAsyncEnumerable<long> CountAllAsync(
        Counting counting, bool readsEntries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long seen = 0;
        for (int i = 0; i < _keys.Keys.Count; i++)
        {
            TenantKeys keys = _keys.Keys[i];
            IAsyncEnumerable<string> listed = _store.ListAsync(KeyRotator.PatternOf(keys), cancellationToken);
            await foreach (IReadOnlyList<string> batch in BatchesAsync(listed).ConfigureAwait(false))
            {
                counting.Entries[i] += batch.Count;
                if (i > 0 && readsEntries)
                {
                    counting.Fixed[i] += await CountFixedAsync(keys, batch, cancellationToken).ConfigureAwait(false);
                }

                seen += batch.Count;
                yield return seen;
            }
        }

        for (int i = 0; i < counting.Namespaces.Count; i++)
        {
            IAsyncEnumerable<string> listed = _store.ListAsync($"{counting.Namespaces[i]}:*", cancellationToken);
            await foreach (IReadOnlyList<string> batch in BatchesAsync(listed).ConfigureAwait(false))
            {
                await CountInteropAsync(counting, i, batch, cancellationToken).ConfigureAwait(false);
                seen += batch.Count;
                yield return seen;
            }
        }
    }

    private async ValueTask<int> CountFixedAsync(
        TenantKeys keys, IReadOnlyList<string> batch, CancellationToken cancellationToken)
    {
        IReadOnlyList<byte[]?> found = await _store.GetManyAsync(batch, cancellationToken).ConfigureAwait(false);
        return Enumerable.Range(0, batch.Count)
            .Count(i => found[i] is { } frame && !_mover.CanMove(keys, batch[i], frame));
    }

    private async ValueTask CountInteropAsync(
        Counting counting, int place, IReadOnlyList<string> batch, CancellationToken cancellationToken)
    {
        string[] keys = [.. batch.Where(InteropKey.IsKey)];
        IReadOnlyList<byte[]?> found = await _store.GetManyAsync(keys, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < keys.Length; i++)
        {
            int index = found[i] is { } sealedBytes ? _interop.Find(keys[i], sealedBytes) : InteropSealer.NoEntry;
            if (index >= 0)
            {
                counting.Interop[place][index]++;
            }
            else if (found[i] is not null)
            {
                counting.Foreign[place]++;
            }
        }
    }

    private static async IAsyncEnumerable<IReadOnlyList<string>> BatchesAsync(IAsyncEnumerable<string> keys)
    {
        List<string> batch = [];
        await foreach (string key in keys.ConfigureAwait(false))
        {
            batch.Add(key);
            if (batch.Count == BatchSize)
            {
                yield return batch;
                batch = [];
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>The counts of a census under way.</summary>
    private sealed class Counting(TenantKeyRing keys, IReadOnlyList<string> namespaces)
    {
        public IReadOnlyList<string> Namespaces { get; } = namespaces;

        public long[] Entries { get; } = new long[keys.Keys.Count];

        public long[] Fixed { get; } = new long[keys.Keys.Count];

        public long[][] Interop { get; } = [.. namespaces.Select(_ => new long[keys.Keys.Count])];

        public long[] Foreign { get; } = new long[namespaces.Count];

        public RotationInventory ToInventory(bool isComplete) => new()
        {
            Keys = [.. keys.Keys.Select((key, i) => new KeyInventory(key.Fingerprint, i == 0, Entries[i], Fixed[i]))],
            Interop = [.. Namespaces.Select((name, i) => new InteropInventory(name, [.. Interop[i]], Foreign[i]))],
            IsComplete = isComplete,
        };
    }
}
