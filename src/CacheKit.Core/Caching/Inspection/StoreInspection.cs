using System.Globalization;
using CacheKit.Core.Formats;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Storage.Redis;

namespace CacheKit.Core.Caching.Inspection;

/// <summary>
/// Looks at a store: whether it is reachable, does what a cache needs, and is set up as it should be. A store that does
/// not work is a finding, never an exception. What it writes, it removes.
/// </summary>
/// <param name="choice">The store, which is opened for the inspection alone.</param>
/// <param name="clock">The clock that expiry goes by.</param>
public sealed class StoreInspection(StoreChoice choice, TimeProvider clock)
{
    private const string Unusable = "not tried, since the store cannot be used";

    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(10);

    private readonly List<StoreCheck> _checks = [];
    private readonly string _probe = PhysicalKey.NewProbe();

    /// <summary>Makes every check that applies to the store.</summary>
    /// <param name="cancellationToken">Ends the inspection.</param>
    /// <returns>What was found, one item a check.</returns>
    public async ValueTask<IReadOnlyList<StoreCheck>> RunAsync(CancellationToken cancellationToken)
    {
        ICacheStore store = choice.OpenBare(clock);
        await using (store.ConfigureAwait(false))
        {
            store.ListenForChanges(static _ => { });
            _checks.Add(StoreCheck.Passed("Store", $"{store.DisplayName}, chosen by {choice.Source}"));
            bool isReachable = await ReachAsync(store, cancellationToken).ConfigureAwait(false);
            if (isReachable)
            {
                await TryAsync("ReadWrite", ReadWriteAsync, store, cancellationToken).ConfigureAwait(false);
                await TryAsync("Lock", LockAsync, store, cancellationToken).ConfigureAwait(false);
                await TryAsync("Listing", ListAsync, store, cancellationToken).ConfigureAwait(false);
                await DescribeAsync(store, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                Skip("ReadWrite", "Lock", "Listing");
            }

            AddIncidents(store);
            if (choice.SqlitePath is { } path)
            {
                _checks.Add(FilePermissions.Check(path));
            }
        }

        return _checks;
    }

    private async ValueTask<bool> ReachAsync(ICacheStore store, CancellationToken cancellationToken)
    {
        // The first call connects; the second shows what a call takes from then on.
        StoreException? fault = await FaultOfAsync(
            async () => await store.GetAsync(_probe, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        if (fault is not null)
        {
            _checks.Add(Explain(CheckOf(fault.Fault), fault));
            return false;
        }

        long start = clock.GetTimestamp();
        fault = await FaultOfAsync(
            async () => await store.GetAsync(_probe, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        double took = clock.GetElapsedTime(start).TotalMilliseconds;
        _checks.Add(fault is null
            ? StoreCheck.Passed("Connection", string.Create(CultureInfo.InvariantCulture, $"answers in {took:0.0} ms"))
            : Explain("Connection", fault));
        return fault is null;
    }

    /// <summary>What the server says of itself.</summary>
    private async ValueTask DescribeAsync(ICacheStore store, CancellationToken cancellationToken)
    {
        StoreException? fault = await FaultOfAsync(async () => _checks.AddRange(store switch
        {
            RedisStore redis => RedisChecks.Of(
                choice, await redis.DescribeAsync(cancellationToken).ConfigureAwait(false)),
            HttpStore http => HttpChecks.Of(
                choice, await http.DescribeAsync(cancellationToken).ConfigureAwait(false)),
            _ => [],
        })).ConfigureAwait(false);
        if (fault is not null)
        {
            _checks.Add(Explain("Server", fault));
        }
    }

    private async ValueTask<StoreCheck> ReadWriteAsync(ICacheStore store, CancellationToken cancellationToken)
    {
        byte[] value = Guid.NewGuid().ToByteArray();
        await store.SetAsync(_probe, value, TimeSpan.FromMinutes(1), cancellationToken).ConfigureAwait(false);
        byte[]? read = await store.GetAsync(_probe, cancellationToken).ConfigureAwait(false);
        bool wasThere = await store.RemoveAsync(_probe, cancellationToken).ConfigureAwait(false);
        byte[]? left = await store.GetAsync(_probe, cancellationToken).ConfigureAwait(false);
        if (read is null || !read.AsSpan().SequenceEqual(value))
        {
            return StoreCheck.Failed(
                "ReadWrite",
                $"an entry that was written {(read is null ? "is not there" : "has other bytes")} when it is read",
                "Find out whether the store drops entries at once, or something between changes them.");
        }

        if (!wasThere)
        {
            return StoreCheck.Failed(
                "ReadWrite",
                "an entry that was written is gone before its time",
                "Find out who removes entries, or whether the store has no room.");
        }

        return left is null
            ? StoreCheck.Passed("ReadWrite", "an entry was written, read and removed")
            : StoreCheck.Failed(
                "ReadWrite",
                "an entry that was removed is still there",
                "Find out whether reads are answered by another server, such as a replica.");
    }

    private async ValueTask<StoreCheck> LockAsync(ICacheStore store, CancellationToken cancellationToken)
    {
        if (!store.Capabilities.HasFlag(StoreCapabilities.Locking))
        {
            return StoreCheck.Warning(
                "Lock",
                "the store has no locks",
                "Several processes that miss the same entry at once each run the block.");
        }

        IStoreLock? first = await store.TryLockAsync(_probe, s_lease, cancellationToken).ConfigureAwait(false);
        if (first is null)
        {
            return StoreCheck.Failed("Lock", "a lock that nobody has is not granted", "Look at the store's log.");
        }

        await using (first.ConfigureAwait(false))
        {
            IStoreLock? second = await store.TryLockAsync(_probe, s_lease, cancellationToken).ConfigureAwait(false);
            if (second is not null)
            {
                await second.DisposeAsync().ConfigureAwait(false);
                return StoreCheck.Failed("Lock", "a lock was granted twice", "Look at the store's log.");
            }
        }

        return StoreCheck.Passed("Lock", "a lock was taken, kept from others and released");
    }

    private async ValueTask<StoreCheck> ListAsync(ICacheStore store, CancellationToken cancellationToken)
    {
        if (!store.Capabilities.HasFlag(StoreCapabilities.Listing))
        {
            return StoreCheck.Skipped(
                "Listing", "the store cannot list its entries; none of the caching commands needs it");
        }

        await store.SetAsync(_probe, new byte[1], TimeSpan.FromMinutes(1), cancellationToken).ConfigureAwait(false);
        bool isListed = await store.AnyAsync(_probe, cancellationToken).ConfigureAwait(false);
        await store.RemoveAsync(_probe, cancellationToken).ConfigureAwait(false);
        return isListed
            ? StoreCheck.Passed("Listing", "an entry that was written is listed")
            : StoreCheck.Failed("Listing", "an entry that was written is not listed", "Look at the store's log.");
    }

    private async ValueTask TryAsync(
        string check,
        Func<ICacheStore, CancellationToken, ValueTask<StoreCheck>> make,
        ICacheStore store,
        CancellationToken cancellationToken)
    {
        StoreException? fault = await FaultOfAsync(
            async () => _checks.Add(await make(store, cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        if (fault is not null)
        {
            _checks.Add(Explain(check, fault));
        }
    }

    private void AddIncidents(ICacheStore store)
    {
        while (store.TryTakeIncident(out StoreIncident? incident))
        {
            _checks.Add(
                StoreCheck.Warning("Incident", incident.Message, "Nothing needs to be done unless it happens again."));
        }
    }

    private void Skip(params ReadOnlySpan<string> checks)
    {
        foreach (string check in checks)
        {
            _checks.Add(StoreCheck.Skipped(check, Unusable));
        }
    }

    private static async ValueTask<StoreException?> FaultOfAsync(Func<ValueTask> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            return null;
        }
        catch (StoreException fault)
        {
            return fault;
        }
    }

    private StoreCheck Explain(string check, StoreException fault) =>
        StoreCheck.Failed(check, fault.Message, fault.WayOut ?? WayOutOf(fault.Fault));

    private static string CheckOf(StoreFault fault) => fault switch
    {
        StoreFault.AuthenticationFailed => ServerChecks.Authentication,
        StoreFault.TlsFailed => ServerChecks.Encryption,
        _ => "Connection",
    };

    private string WayOutOf(StoreFault fault) => fault switch
    {
        StoreFault.Unavailable or StoreFault.TimedOut => choice.Kind switch
        {
            StoreKind.Sqlite => "Give a path where this user may make and write files.",
            StoreKind.Redis => "Check that the server runs, that its address is right, and whether it takes TLS there "
                + "(rediss://) or not (redis://).",
            StoreKind.Custom => "Put right what the block says.",
            _ => "Check that the store runs and that its address is right.",
        },
        StoreFault.AccessDenied => "Give this user the rights to read and write there.",
        StoreFault.AuthenticationFailed => "Give the store's user and password, or its key.",
        StoreFault.TlsFailed => "Give the certificates of the store's authority with -CaFile.",
        StoreFault.Full => "Make room.",
        StoreFault.Unsupported => "Choose another store if a script needs this.",
        _ => "Look at the store's log.",
    };
}
