using System.Runtime.CompilerServices;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching.Rotation;

/// <summary>
/// Seals the entries of a tenant again that lie under the decrypt-only keys of its ring (DESIGN section 6).
/// </summary>
/// <remarks>
/// <para>The state of a rotation is the store's content: a run that was stopped, killed or cut off is gone on with by
/// the next one, and several may run at once. Entries keep their authenticated times; one that others have written,
/// removed or replaced meanwhile is theirs; one that does not authenticate stays where it is.</para>
/// <para>Keys are listed as the work goes on, never all of them at once.</para>
/// </remarks>
public sealed class KeyRotator
{
    private readonly CacheTiers _tiers;
    private readonly TenantKeyRing _keys;
    private readonly EntryMover _mover;
    private readonly InteropSealer _interop;

    /// <summary>Makes a rotator; tiers and keys stay the caller's.</summary>
    /// <param name="tiers">A store that can list, and the memory that forgets what is moved.</param>
    /// <param name="keys">The keys of the tenant, the encrypting one first.</param>
    public KeyRotator(CacheTiers tiers, TenantKeyRing keys)
    {
        ArgumentNullException.ThrowIfNull(tiers);
        ArgumentNullException.ThrowIfNull(keys);
        _tiers = tiers;
        _keys = keys;
        _mover = new EntryMover(tiers.Store, keys.Current, tiers.Clock);
        _interop = new InteropSealer(tiers.Store, keys);
    }

    /// <summary>Makes a rotator of a tenant's cache; it is of use as long as the cache is open.</summary>
    /// <param name="cache">The cache, which stays the caller's.</param>
    public KeyRotator(EntryCache cache)
        : this(cache.Tiers, cache.Ring)
    {
    }

    /// <summary>Works through all entries under old keys.</summary>
    /// <param name="options">How.</param>
    /// <param name="tally">Counts while the work goes on.</param>
    /// <param name="cancellationToken">
    /// Ends the run; entries that were being moved are at one place or the other.
    /// </param>
    /// <returns>The counts, and the fault of the store if one ended the run.</returns>
    /// <exception cref="ArgumentException">A namespace is none of interop entries.</exception>
    /// <exception cref="OperationCanceledException">
    /// The caller ended it; the counts so far are in the tally.
    /// </exception>
    public async ValueTask<RotationResult> StepAsync(
        RotationOptions options, RotationTally tally, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tally);
        CheckNamespaces(options.InteropNamespaces);
        Run run = new(options, tally);
        ParallelOptions parallel = new()
        {
            MaxDegreeOfParallelism = options.ThrottleLimit,
            CancellationToken = cancellationToken,
        };
        try
        {
            await Parallel.ForEachAsync(
                ListAsync(run, cancellationToken),
                parallel,
                (work, token) => WorkAsync(work, run, token)).ConfigureAwait(false);
        }
        catch (StoreException fault)
        {
            run.Stop(fault);
        }

        return new RotationResult(tally.Snapshot(), run.Fault);
    }

    /// <summary>The pattern of all entries that lie under a key.</summary>
    /// <param name="keys">The tenant's keys.</param>
    internal static string PatternOf(TenantKeys keys) => PhysicalKey.PatternOf(EntryListing.TagOf(keys));

    /// <summary>Checks that namespaces are ones of interop entries.</summary>
    /// <param name="namespaces">The namespaces.</param>
    /// <exception cref="ArgumentException">One is not.</exception>
    internal static void CheckNamespaces(IReadOnlyList<string> namespaces)
    {
        if (namespaces.FirstOrDefault(each => !InteropKey.IsNamespace(each)) is { } wrong)
        {
            throw new ArgumentException($"'{wrong}' is no namespace of interop entries.", nameof(namespaces));
        }
    }

    private async IAsyncEnumerable<Work> ListAsync(
        Run run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (TenantKeys old in _keys.Keys.Skip(1))
        {
            IAsyncEnumerable<string> listed = _tiers.Store.ListAsync(PatternOf(old), cancellationToken);
            await foreach (string key in listed.ConfigureAwait(false))
            {
                if (run.Fault is not null)
                {
                    yield break;
                }

                yield return new Work(old, key);
            }
        }

        foreach (string @namespace in run.Options.InteropNamespaces)
        {
            IAsyncEnumerable<string> listed = _tiers.Store.ListAsync($"{@namespace}:*", cancellationToken);
            await foreach (string key in listed.ConfigureAwait(false))
            {
                if (run.Fault is not null)
                {
                    yield break;
                }

                if (InteropKey.IsKey(key))
                {
                    yield return new Work(null, key);
                }
            }
        }
    }

    private async ValueTask WorkAsync(Work work, Run run, CancellationToken cancellationToken)
    {
        RotationOutcome outcome;
        try
        {
            outcome = work.Old is { } old
                ? await _mover.MoveAsync(old, work.Key, cancellationToken).ConfigureAwait(false)
                : await _interop.SealAsync(work.Key, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException fault)
        {
            outcome = RotationOutcome.Failed;
            // Any other fault would meet all entries that follow.
            if (fault.Fault != StoreFault.ValueTooLarge)
            {
                run.Stop(fault);
            }
        }

        run.Tally.Add(outcome);
        // A store does not tell its own process of changes. What is left in memory might outlive a newer entry.
        if (work.Old is not null && PhysicalKey.TryParseId(work.Key, out EntryId id))
        {
            _tiers.Forget(id);
        }
    }

    /// <summary>An entry to be sealed again.</summary>
    /// <param name="Old">The keys that a native entry lies under; null for an interop entry.</param>
    /// <param name="Key">Where it lies.</param>
    private readonly record struct Work(TenantKeys? Old, string Key);

    /// <summary>What the workers of a run share.</summary>
    private sealed class Run(RotationOptions options, RotationTally tally)
    {
        private StoreException? _fault;

        public RotationOptions Options { get; } = options;

        public RotationTally Tally { get; } = tally;

        /// <summary>The first fault: no more work is begun after it, and what is under way comes to its end.</summary>
        public StoreException? Fault => Volatile.Read(ref _fault);

        public void Stop(StoreException fault) => Interlocked.CompareExchange(ref _fault, fault, null);
    }
}
