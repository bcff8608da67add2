using System.Text;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Serialization;
using CacheKit.Core.Storage;

namespace CacheKit.Core.Caching;

/// <summary>
/// A cache of entries that the CacheKit SDKs of all languages share (PROTOCOL section 7): plain MessagePack under a key
/// that they all compute, encrypted for one tenant that they have agreed on, or not at all.
/// </summary>
/// <remarks>
/// An entry has no times of its own, so that only the store knows when it is over. Hence none is kept in memory: what
/// another language has replaced or removed is never returned.
/// </remarks>
public sealed class InteropCache : EntryCache
{
    private const byte Separator = (byte)':';

    /// <summary>Longer than the store keeps anything.</summary>
    private static readonly long s_unlimitedMs = (long)TimeSpan.FromDays(36_500).TotalMilliseconds;

    private readonly TenantKeyRing? _keys;

    /// <summary>Makes a cache on tiers that others may use too.</summary>
    /// <param name="keys">The tenant's keys, which belong to the cache from then on; null for entries in clear.</param>
    /// <param name="tiers">The tiers; the cache lets go of them when it is disposed.</param>
    /// <param name="statistics">Counts what is done; null for statistics of its own.</param>
    internal InteropCache(TenantKeyRing? keys, CacheTiers tiers, CacheStatistics? statistics = null)
        : base(tiers, statistics ?? (keys is null ? CacheStatistics.ForPlainInterop() : CacheStatistics.ForInterop()))
    {
        _keys = keys;
    }

    private protected override bool IsKeptInMemory => false;

    /// <summary>Computes where an entry lies.</summary>
    /// <param name="namespace">The namespace, as <see cref="InteropKey.IsNamespace"/> says.</param>
    /// <param name="identity">The operation in ASCII, a colon, and the canonical MessagePack of the arguments.</param>
    /// <param name="holdsSecret">Must be false: the hash of a guessable secret tells the secret.</param>
    /// <exception cref="ArgumentException">
    /// Namespace or operation cannot be one, or the identity holds a secret.
    /// </exception>
    public override EntryKeys KeysFor(string @namespace, ReadOnlySpan<byte> identity, bool holdsSecret = false)
    {
        int end = identity.IndexOf(Separator);
        if (holdsSecret || end < 0)
        {
            throw new ArgumentException("An interop key is made of an operation and arguments, and not of a secret.");
        }

        string operation = Encoding.ASCII.GetString(identity[..end]);
        string key = InteropKey.Compute(@namespace, operation, identity[(end + 1)..]);
        return new EntryKeys(EntryKey.ForInterop(_keys?.Current, @namespace, key), [], default);
    }

    /// <summary>Writes what identifies an entry, in front of its canonical arguments.</summary>
    /// <param name="identity">Empty; takes it.</param>
    /// <param name="operation">The operation, as <see cref="InteropKey.IsOperation"/> says.</param>
    public static void BeginIdentity(SensitiveBuffer identity, string operation)
    {
        identity.Write(Encoding.ASCII.GetBytes(operation));
        identity.Write(Separator);
    }

    /// <summary>Looks for an entry in the store alone, and checks it whole without making anything of it.</summary>
    /// <param name="keys">Where it lies.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A hit without its value, a miss, or what is wrong with it; nothing is dropped.</returns>
    /// <exception cref="StoreException">The store has a fault.</exception>
    public async ValueTask<LookupResult> FindAsync(EntryKeys keys, CancellationToken cancellationToken)
    {
        byte[]? found = await Store.GetAsync(keys.Current.ToString(), cancellationToken).ConfigureAwait(false);
        if (found is null)
        {
            return default;
        }

        if (Open(keys.Current, found, out OpenedEntry entry) != OpenOutcome.Opened)
        {
            return new LookupResult(
                LookupOutcome.NotAuthentic, default, ProblemOf(found, OpenOutcome.NotAuthentic));
        }

        using (entry)
        {
            try
            {
                InteropValueReader.Check(entry.Value.Span);
                return new LookupResult(LookupOutcome.Hit, default);
            }
            catch (MalformedValueException exception)
            {
                return new LookupResult(LookupOutcome.Malformed, default, exception.Message);
            }
        }
    }

    private protected override byte[]? Seal(
        EntryKeys keys,
        string? name,
        ReadOnlySpan<byte> value,
        in EntryHeader header,
        bool compress) => _keys is null
            ? value.ToArray()
            : InteropEntry.Seal(_keys.Current, keys.Current.ToString(), value);

    private protected override OpenOutcome Open(in EntryKey key, ReadOnlyMemory<byte> frame, out OpenedEntry entry)
    {
        entry = default;
        SensitiveBuffer value = SensitiveBuffer.Rent(frame.Length);
        int place = 0;
        if (_keys is null)
        {
            value.Write(frame.Span);
        }
        else if (!InteropEntry.TryOpen(_keys.Keys, key.ToString(), frame.Span, value, out place))
        {
            value.Dispose();
            return OpenOutcome.NotAuthentic;
        }

        EntryHeader header = new(
            _keys?.Keys[place].Fingerprint ?? default,
            Clock.GetUtcNow().ToUnixTimeMilliseconds(),
            s_unlimitedMs,
            s_unlimitedMs,
            SerializerKind.MessagePack,
            Compressed: false);
        entry = new OpenedEntry(value, start: 0, header, nameStart: 0);
        return OpenOutcome.Opened;
    }

    /// <summary>
    /// What the bytes look like. It is told, and never acted upon: configuration decides (PROTOCOL section 7.5).
    /// </summary>
    private protected override string? ProblemOf(ReadOnlyMemory<byte> frame, OpenOutcome outcome)
    {
        try
        {
            InteropValueReader.Check(frame.Span);
            return "It reads as an entry without encryption: who wrote it has none configured.";
        }
        catch (MalformedValueException)
        {
            return frame.Length < EntryCipher.Overhead ? "It is too short to be sealed." : null;
        }
    }

    private protected override void DisposeKeys() => _keys?.Dispose();
}
