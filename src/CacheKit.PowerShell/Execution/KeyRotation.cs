using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Sessions;

namespace CacheKit.Execution;

/// <summary>
/// What the cmdlets of a key rotation work on: the keys of a session and the entries of its tenants. It is one session
/// for the whole of the command: the environment may name other keys while it works.
/// </summary>
internal sealed class KeyRotation : IDisposable
{
    private readonly CommandContext _context;
    private readonly bool _isImplicit;
    private readonly SessionCaches _caches;
    private readonly List<EntryCache> _held = [];

    /// <summary>Finds the session, and checks the parameters.</summary>
    /// <param name="context">The cmdlet.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <exception cref="CacheKitException">What they say cannot be, or the session cannot be used.</exception>
    public KeyRotation(CommandContext context, IRotationParameters parameters)
    {
        _context = context;
        InteropNamespaces = [.. (parameters.InteropNamespace ?? []).Distinct(StringComparer.Ordinal)];
        Array.ForEach(InteropNamespaces, CheckInterop);
        SessionInForce session = new(parameters.Session);
        Tenants = TenantsOf(parameters, session.Tenant);
        _isImplicit = session.IsImplicit;
        _caches = session.Require().Caches;
        context.AuditInto(_caches.Audit);
    }

    /// <summary>The tenants, each once.</summary>
    public string[] Tenants { get; }

    /// <summary>The interop namespaces, each once.</summary>
    public string[] InteropNamespaces { get; }

    /// <summary>The store of the session.</summary>
    public string Store => _caches.Describe();

    /// <summary>Where the keys came from.</summary>
    public KeyOrigin Origin => _caches.KeyOrigin!;

    /// <summary>Takes a tenant's cache until the command ends.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <exception cref="CacheKitException">The session is closed, or there is no usable key.</exception>
    public EntryCache Rent(string tenant)
    {
        EntryCache cache = _caches.TryHold(tenant, CacheMode.Secure) ?? throw Closed();
        _held.Add(cache);
        return cache;
    }

    /// <summary>A copy of the keys, which is the caller's.</summary>
    /// <exception cref="CacheKitException">The session is closed, or there is no usable key.</exception>
    public KeyRing CopyKeys() => _caches.IsClosed ? throw Closed() : _caches.WithKeys(ring => ring.Clone());

    /// <summary>Puts other keys in the place of the session's: where they came from, and into the session.</summary>
    /// <param name="expected">The keys that are there.</param>
    /// <param name="replacement">The keys to put there; the caller's.</param>
    /// <exception cref="CacheKitException">Other keys are there by now, or they cannot be written.</exception>
    public void ReplaceKeys(KeyRing expected, KeyRing replacement)
    {
        ImplicitSession.Change(() => Origin.Replace(_context.Cmdlet, expected, replacement));
        if (!_isImplicit)
        {
            _caches.ReplaceKeys(replacement.Clone());
        }
    }

    /// <summary>Which keys a tenant has under a ring, the encrypting one first.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="tenant">The tenant.</param>
    public static IReadOnlyList<string> FingerprintsOf(KeyRing ring, string tenant)
    {
        using TenantKeyRing keys = ring.ForTenant(tenant);
        return [.. keys.Keys.Select(key => key.Fingerprint.ToString())];
    }

    /// <summary>Counts a tenant's entries.</summary>
    /// <param name="cache">The tenant's cache.</param>
    /// <exception cref="CacheKitException">The store cannot list, or has a fault.</exception>
    public RotationInventory Count(EntryCache cache)
    {
        RotationInventory? last = null;
        return Watch(cache, "Counting entries", () => SumOf(last), total: null, async stop =>
        {
            IAsyncEnumerable<RotationInventory> counts =
                new RotationCensus(cache).CountAsync(InteropNamespaces, readsEntries: false, stop);
            await foreach (RotationInventory counted in counts.ConfigureAwait(false))
            {
                Volatile.Write(ref last, counted);
            }

            return last!;
        });
    }

    /// <summary>Counts the encrypted entries of other tenants and keys.</summary>
    /// <param name="caches">The caches of the tenants that are not meant.</param>
    /// <exception cref="CacheKitException">The store cannot list, or has a fault.</exception>
    public long CountOthers(IReadOnlyList<EntryCache> caches) => Watch(
        caches[0],
        "Counting other entries",
        static () => 0,
        total: null,
        stop => RotationCensus.CountOthersAsync(caches, stop));

    /// <summary>Does work on a store under a progress bar.</summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="cache">The cache on the store.</param>
    /// <param name="activity">What is done.</param>
    /// <param name="done">How many entries are done.</param>
    /// <param name="total">How many there are, or null.</param>
    /// <param name="work">The work.</param>
    /// <exception cref="CacheKitException">The store has a fault.</exception>
    public T Watch<T>(
        EntryCache cache, string activity, Func<long> done, long? total, Func<CancellationToken, Task<T>> work)
    {
        WorkProgress progress = new(activity, cache.StoreName, done, total);
        try
        {
            return _context.Wait(stop => progress.WatchAsync(work(stop), stop));
        }
        catch (StoreException fault)
        {
            throw StoreFailures.From(fault);
        }
        finally
        {
            progress.Close(_context.Cmdlet);
        }
    }

    /// <summary>Gives back the caches that were taken.</summary>
    public void Dispose()
    {
        foreach (EntryCache cache in _held)
        {
            cache.Release();
        }

        _held.Clear();
    }

    private string[] TenantsOf(IRotationParameters parameters, string otherwise)
    {
        if (!_context.IsGiven(nameof(IRotationParameters.Tenant)))
        {
            return [otherwise];
        }

        string[] tenants = [.. (parameters.Tenant ?? []).Distinct(StringComparer.Ordinal)];
        if (tenants.Length == 0)
        {
            Parameters.Tenants.Check(null);
        }

        Array.ForEach(tenants, Parameters.Tenants.Check);
        return tenants;
    }

    private static void CheckInterop(string? name)
    {
        if (name is null || !InteropKey.IsNamespace(name))
        {
            throw new CacheKitException(
                ErrorIds.NamespaceInvalid,
                "An interop namespace begins with a letter (a-z) or digit, and has up to 64 of these, dots, hyphens "
                + "and underscores.",
                "Give another -InteropNamespace.",
                target: name);
        }
    }

    /// <summary>The environment's session is closed when it names other keys, and not by the user.</summary>
    private CacheKitException Closed() => _isImplicit
        ? new CacheKitException(
            ErrorIds.KeyFileChanged,
            "The environment names other keys, or another store, than when the command began. Nothing was changed.",
            "Run the command again.")
        : SessionCaches.Closed();

    private static long SumOf(RotationInventory? inventory) => inventory is null
        ? 0
        : inventory.Keys.Sum(key => key.Entries) + inventory.Interop.Sum(each => each.Entries.Sum() + each.Foreign);
}
