using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Execution;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>The base of the cmdlets of a key rotation: the session whose keys are rotated, and the tenants.</summary>
public abstract class RotationCommand : CacheKitCommand
{
    private readonly List<CacheLease> _leases = [];

    /// <summary>The session whose keys are meant; the session in force unless given.</summary>
    [Parameter]
    [ValidateNotNull]
    public CacheKitSession? Session { get; set; }

    /// <summary>The tenants whose entries are meant; the session's tenant unless given.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [AllowNull]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? Tenant { get; set; }

    /// <summary>The tenants, each once.</summary>
    private protected string[] Tenants { get; private set; } = [];

    /// <summary>The session. It may be the environment's.</summary>
    private protected CacheKitSession InEffect { get; private set; } = null!;

    /// <summary>Finds the session, and checks the tenants.</summary>
    protected override void BeginProcessing()
    {
        try
        {
            InEffect = Session ?? SessionScopes.Current ?? ImplicitSession.Current;
            Caches = InEffect.IsImplicit ? ImplicitSession.Current.Caches : InEffect.Caches;
            AuditInto(Caches.Audit);
            Tenants = IsGiven(nameof(Tenant)) ? [.. (Tenant ?? [null!]).Distinct(StringComparer.Ordinal)] : [InEffect.Tenant];
            if (Tenants.Length == 0)
            {
                ThrowIfAny(Parameters.Tenants.Check(null), null);
            }

            foreach (string tenant in Tenants)
            {
                ThrowIfAny(Parameters.Tenants.Check(tenant), tenant);
            }
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, null));
        }
    }

    /// <summary>
    /// What the session's views share, for the whole of the command: the environment may name other keys while it
    /// works.
    /// </summary>
    private protected SessionCaches Caches { get; private set; } = null!;

    /// <summary>Takes a lease on a tenant's cache, which ends with the command.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <exception cref="CacheKitException">The session is closed, or there is no usable key.</exception>
    private protected EntryCache Rent(string tenant)
    {
        CacheLease lease = Caches.TryRent(tenant, CacheMode.Secure) ?? throw Closed();
        _leases.Add(lease);
        return lease.Cache;
    }

    /// <summary>A copy of the keys, which is the caller's.</summary>
    /// <exception cref="CacheKitException">The session is closed, or there is no usable key.</exception>
    private protected KeyRing CopyKeys() => Caches.IsClosed
        ? throw Closed()
        : Caches.WithKeys(ring => ring.Clone());

    /// <summary>Puts other keys in the place of the session's: where they came from, and into the session.</summary>
    /// <param name="expected">The keys that are there.</param>
    /// <param name="replacement">The keys to put there; the caller's.</param>
    /// <exception cref="CacheKitException">Other keys are there by now, or they cannot be written.</exception>
    private protected void ReplaceKeys(KeyRing expected, KeyRing replacement)
    {
        SessionCaches caches = Caches;
        ImplicitSession.Change(() => caches.KeyOrigin!.Replace(this, expected, replacement));
        if (!InEffect.IsImplicit)
        {
            caches.ReplaceKeys(replacement.Clone());
        }
    }

    /// <summary>Which keys a tenant has under a ring, the encrypting one first.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="tenant">The tenant.</param>
    private protected static IReadOnlyList<string> FingerprintsOf(KeyRing ring, string tenant)
    {
        using TenantKeyRing keys = ring.ForTenant(tenant);
        return [.. keys.Keys.Select(key => key.Fingerprint.ToString())];
    }

    /// <summary>The environment's session is closed when it names other keys, and not by the user.</summary>
    private CacheKitException Closed() => InEffect.IsImplicit
        ? new CacheKitException(
            ErrorIds.KeyFileChanged,
            "The environment names other keys, or another store, than when the command began. Nothing was changed.",
            "Run the command again.")
        : SessionCaches.Closed();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (CacheLease lease in _leases)
            {
                lease.Dispose();
            }

            _leases.Clear();
        }

        base.Dispose(disposing);
    }
}
