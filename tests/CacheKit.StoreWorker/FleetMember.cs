using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using CacheKit.Core.Caching;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;

namespace CacheKit.StoreWorker;

/// <summary>
/// A machine of a fleet whose master key is rotated: it reads entries at random and writes those that are its own, one
/// writer a key, so that what comes back can be judged: no miss, the right key's value, never an older one than before.
/// </summary>
internal sealed class FleetMember : IAsyncDisposable
{
    public const string Namespace = "fleet";

    private const int Batch = 16;
    private const int RoundsARing = 100;
    private const int KeysAnOwner = 1000;

    private static readonly TimeSpan s_timeToLive = TimeSpan.FromHours(1);

    private readonly int _count;
    private readonly int _member;
    private readonly Random _random;
    private readonly CacheTiers _tiers;
    private readonly long[] _versions;
    private EntryCache _cache;
    private long _reads;
    private long _misses;
    private long _wrong;
    private long _writes;

    public FleetMember(string store, string ring, int count, int member)
    {
        _count = count;
        _member = member;
        _random = new Random(member);
        _versions = new long[count];
        _tiers = OpenTiers(store);
        _cache = Open(_tiers, ring);
    }

    /// <summary>Opens the store of a path, or of a Redis by its URL, without a memory in front of it.</summary>
    public static CacheTiers OpenTiers(string store) => CacheTiers.Open(
        store.Contains("://", StringComparison.Ordinal)
            ? StoreChoice.Redis(
                new RedisStoreOptions
                {
                    Connection = store,
                    ConnectTimeout = HangGuard.Limit,
                    OperationTimeout = HangGuard.Limit,
                },
                "a test")
            : StoreChoice.Sqlite(
                new SqliteStoreOptions { Path = store, BusyTimeout = HangGuard.Limit }, "a test"),
        memoryBytes: 0,
        TimeProvider.System);

    /// <summary>Makes the cache of a ring of keys whose bytes are all the same, such as <c>2,1</c>.</summary>
    public static EntryCache Open(CacheTiers tiers, string ring)
    {
        MasterKey[] keys = [.. ring.Split(',').Select(digit => MasterKey.FromHex(
            string.Concat(Enumerable.Repeat($"0{digit}", MasterKey.Size)), "a test"))];
        using KeyRing owned = new(keys[0], keys.AsSpan(1));
        return new EntryCache(tiers, CacheMode.Secure, () => owned, "acme");
    }

    /// <summary>Where an entry lies.</summary>
    public static EntryKeys KeysOf(EntryCache cache, int entry)
    {
        byte[] identity = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(identity, entry);
        return cache.KeysFor(Namespace, identity);
    }

    /// <summary>Writes a version of an entry.</summary>
    public static async Task WriteAsync(EntryCache cache, int entry, long version)
    {
        byte[] value = new byte[12];
        BinaryPrimitives.WriteInt32BigEndian(value, entry);
        BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(4), version);
        SealedEntry made = cache.Seal(KeysOf(cache, entry), null, SerializerKind.PowerShell, value, s_timeToLive)!;
        await cache.SetAsync(made, CancellationToken.None);
    }

    /// <summary>Reads an entry's version; -1 for a miss, -2 for another entry's value.</summary>
    public static long VersionOf(in LookupResult result, int entry)
    {
        using LookupResult found = result;
        if (found.Outcome != LookupOutcome.Hit)
        {
            return found.Outcome == LookupOutcome.Miss ? -1 : -2;
        }

        ReadOnlySpan<byte> value = found.Entry.Value.Span;
        return value.Length == 12 && BinaryPrimitives.ReadInt32BigEndian(value) == entry
            ? BinaryPrimitives.ReadInt64BigEndian(value[4..])
            : -2;
    }

    /// <summary>
    /// Works until the input ends: a line is the next ring, which is told back after a hundred rounds with it. Last, every
    /// entry is read once, and the counts are told.
    /// </summary>
    public async Task RunAsync(TextReader input, TextWriter output)
    {
        ConcurrentQueue<string?> lines = new();
        _ = Task.Run(() =>
        {
            string? line;
            do
            {
                line = input.ReadLine();
                lines.Enqueue(line);
            }
            while (line is not null);
        });

        await RoundsAsync();
        await output.WriteLineAsync("ready");
        while (true)
        {
            if (!lines.TryDequeue(out string? ring))
            {
                await RoundAsync();
            }
            else if (ring is null)
            {
                break;
            }
            else
            {
                await _cache.DisposeAsync();
                _cache = Open(_tiers, ring);
                await RoundsAsync();
                await output.WriteLineAsync(ring);
            }
        }

        for (int first = 0; first < _count; first += Batch)
        {
            await ReadAsync([.. Enumerable.Range(first, Math.Min(Batch, _count - first))]);
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{_reads} {_misses} {_wrong} {_writes}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _cache.DisposeAsync();
        await _tiers.DisposeAsync();
    }

    private async Task RoundsAsync()
    {
        for (int i = 0; i < RoundsARing; i++)
        {
            await RoundAsync();
        }
    }

    private async Task RoundAsync()
    {
        await ReadAsync([.. Enumerable.Range(0, Batch).Select(_ => _random.Next(_count))]);
        int own = (_random.Next(_count / KeysAnOwner) * KeysAnOwner) + _member;
        _versions[own]++;
        await WriteAsync(_cache, own, _versions[own]);
        _writes++;
    }

    private async Task ReadAsync(int[] entries)
    {
        EntryKeys[] keys = Array.ConvertAll(entries, entry => KeysOf(_cache, entry));
        IReadOnlyList<LookupResult> results = await _cache.GetManyAsync(keys, keepEvidence: true, CancellationToken.None);
        for (int i = 0; i < entries.Length; i++)
        {
            long version = VersionOf(results[i], entries[i]);
            _reads++;
            _misses += version == -1 ? 1 : 0;
            _wrong += version != -1 && version < _versions[entries[i]] ? 1 : 0;
            _versions[entries[i]] = Math.Max(version, _versions[entries[i]]);
        }
    }
}
