using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;
using CacheKit.Execution;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>
/// The base of the cmdlets that use a session: which one, for which tenant, and what it tells the user.
/// </summary>
public abstract class SessionCommand : CacheKitCommand
{
    private CacheKitSession? _inEffect;
    private CacheLease? _lease;

    /// <summary>Where to cache, and the defaults of the call; the session in force unless given.</summary>
    [Parameter]
    [ValidateNotNull]
    public CacheKitSession? Session { get; set; }

    /// <summary>Whose entries they are; the session's tenant unless given.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? Tenant { get; set; }

    /// <summary>Finds the session in force, and checks the tenant.</summary>
    protected override void BeginProcessing()
    {
        _inEffect = Session ?? SessionScopes.Current;
        if (IsGiven(nameof(Tenant)))
        {
            ThrowIfAny(Tenants.Check(Tenant), Tenant);
        }
    }

    /// <summary>
    /// The session that was given, or is in force here; null when it is what the environment configures.
    /// </summary>
    private protected CacheKitSession? InEffect => _inEffect;

    /// <summary>Takes a lease on the tenant's cache, which ends with the command.</summary>
    /// <param name="mode">Which of its caches.</param>
    /// <exception cref="CacheKitException">The session is closed, or the configuration is not usable.</exception>
    private protected EntryCache RentCache(CacheMode mode)
    {
        while (true)
        {
            bool isImplicit = _inEffect is null or { IsImplicit: true };
            CacheKitSession session = isImplicit ? ImplicitSession.Current : _inEffect!;
            string tenant = Tenant ?? (_inEffect ?? session).Tenant;
            if (mode.IsInterop)
            {
                InteropRules.Check(session.Caches.Store, tenant, (_inEffect ?? session).HomeTenant);
            }

            _lease = session.Caches.TryRent(tenant, mode);
            if (_lease is not null)
            {
                AuditInto(mode.IsEncrypted ? session.Caches.Audit : null);
                return _lease.Cache;
            }

            if (!isImplicit)
            {
                throw SessionCaches.Closed();
            }

            // The environment says something else now, or another runspace has removed the module's session.
        }
    }

    /// <summary>
    /// The statistics of the tenant's cache, without opening it; null where the configuration is not usable.
    /// </summary>
    /// <param name="mode">Which of its caches.</param>
    private protected CacheStatistics? FindStatistics(CacheMode mode)
    {
        try
        {
            CacheKitSession session = _inEffect is null or { IsImplicit: true } ? ImplicitSession.Current : _inEffect;
            return session.Caches.Statistics.For(Tenant ?? (_inEffect ?? session).Tenant, mode);
        }
        catch (CacheKitException)
        {
            // Who goes past the cache does not need to hear of it.
            return null;
        }
    }

    /// <summary>As <see cref="RentCache"/>, for the encrypted cache; what is wrong ends the command.</summary>
    private protected EntryCache OpenSecureCache()
    {
        try
        {
            return RentCache(CacheMode.Secure);
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, null));
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Interlocked.Exchange(ref _lease, null)?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Tells what happened to the store: an error where the configuration is wrong, else a warning.</summary>
    /// <param name="cache">The cache.</param>
    private protected void WriteNotices(EntryCache cache)
    {
        while (cache.TryTakeNotice(out CacheNotice? notice))
        {
            if (notice.Error is { } error)
            {
                WriteError(ErrorRecords.From(error, null));
            }
            else
            {
                WriteWarning(notice.Text);
            }
        }
    }
}
