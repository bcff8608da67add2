using System.Collections.Concurrent;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;

namespace CacheKit.Core.Caching;

/// <summary>
/// A cache of public data: entries are checked for damage, but neither encrypted nor authenticated. Its keys and its
/// form differ from those of a <see cref="SecureCache"/>, so that neither ever takes an entry of the other (DESIGN
/// section 8).
/// </summary>
public sealed class PlainCache : EntryCache
{
    private static readonly TimeSpan s_longestCheck = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, bool> _knownNamespaces = new(StringComparer.Ordinal);
    private readonly string? _tenant;

    /// <summary>Makes a cache, which owns all of its parts from then on.</summary>
    /// <param name="store">Where entries lie.</param>
    /// <param name="memory">The tier in front of it.</param>
    /// <param name="clock">The clock that expiry goes by.</param>
    public PlainCache(ICacheStore store, MemoryTier memory, TimeProvider clock)
        : this(CacheFactory.DefaultTenant, new CacheTiers(store, memory, clock))
    {
    }

    /// <summary>Makes a cache on tiers that others may use too.</summary>
    /// <param name="tenant">Whose entries they are. Nothing but their ids keeps tenants apart here.</param>
    /// <param name="tiers">The tiers; the cache lets go of them when it is disposed.</param>
    /// <param name="statistics">Counts what is done; null for statistics of its own.</param>
    internal PlainCache(string tenant, CacheTiers tiers, CacheStatistics? statistics = null)
        : base(tiers, statistics ?? CacheStatistics.ForPlain())
    {
        _tenant = tenant == CacheFactory.DefaultTenant ? null : tenant;
    }

    /// <summary>Computes where an entry lies.</summary>
    /// <param name="namespace">The namespace: 1 to 64 of <c>[A-Za-z0-9._-]</c>.</param>
    /// <param name="identity">What identifies the entry inside it.</param>
    /// <param name="holdsSecret">Must be false: the hash of a guessable secret tells the secret.</param>
    /// <exception cref="ArgumentException">The identity holds a secret.</exception>
    public override EntryKeys KeysFor(string @namespace, ReadOnlySpan<byte> identity, bool holdsSecret = false) =>
        holdsSecret
            ? throw new ArgumentException("A plain key must not be made of a secret.", nameof(holdsSecret))
            : new EntryKeys(EntryKey.ForPlain(@namespace, identity, _tenant), [], default);

    /// <summary>
    /// Warns, once a namespace, when the namespace holds encrypted entries: who put them there may believe that all of
    /// it is encrypted. A store that does not find one in a quarter of a second, or cannot list, is believed.
    /// </summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask CheckNamespaceAsync(string @namespace, CancellationToken cancellationToken)
    {
        if (!_knownNamespaces.TryAdd(@namespace, true))
        {
            return;
        }

        // On a large server, looking through all keys takes its time: the warning is not worth more than a moment.
        using CancellationTokenSource moment = new(s_longestCheck, Clock);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(moment.Token, cancellationToken);
        try
        {
            string pattern = PhysicalKey.PatternOf(PhysicalKey.AnyTenantTag, @namespace);
            if (await Store.AnyAsync(pattern, either.Token).ConfigureAwait(false))
            {
                Notices.Add(
                    $"The namespace '{@namespace}' holds encrypted entries; this command keeps its own there unencrypted.");
            }
        }
        catch (StoreException)
        {
            // What the store cannot tell is no reason for another notice: the lookup that follows has the same fault.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Not found in time.
        }
    }

    /// <summary>Whether a namespace has been checked already.</summary>
    /// <param name="namespace">The namespace.</param>
    public bool KnowsNamespace(string @namespace) => _knownNamespaces.ContainsKey(@namespace);

    private protected override byte[]? Seal(
        EntryKeys keys,
        string? name,
        ReadOnlySpan<byte> value,
        in EntryHeader header,
        bool compress) => PlainFrame.Write(header, name, value);

    private protected override OpenOutcome Open(in EntryKey key, ReadOnlyMemory<byte> frame, out OpenedEntry entry)
    {
        entry = default;
        SensitiveBuffer content = SensitiveBuffer.Rent();
        if (!PlainFrame.TryRead(frame.Span, content, out EntryHeader header, out int nameStart, out int valueStart))
        {
            content.Dispose();
            return OpenOutcome.Malformed;
        }

        entry = new OpenedEntry(content, valueStart, header, nameStart);
        return OpenOutcome.Opened;
    }
}
