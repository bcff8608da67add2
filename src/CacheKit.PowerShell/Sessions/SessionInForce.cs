using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;
using CacheKit.Parameters;

namespace CacheKit.Sessions;

/// <summary>
/// The session of a command: the one that was given, else the one in force here, else what the environment configures.
/// The cache that is taken of it stays open until it is disposed of.
/// </summary>
internal sealed class SessionInForce : IDisposable
{
    private readonly CacheKitSession? _chosen;
    private EntryCache? _held;

    /// <summary>Finds the session. The environment is not looked at yet.</summary>
    /// <param name="given">What the user gave, or null.</param>
    /// <param name="tenant">The tenant that the user gave, or null for the session's.</param>
    public SessionInForce(CacheKitSession? given, string? tenant = null)
    {
        _chosen = given ?? SessionScopes.Current;
        Defaults = _chosen?.Defaults ?? CallDefaults.OfEnvironment;
        Tenant = tenant ?? Defaults.Tenant;
    }

    /// <summary>What a call gets that does not say it.</summary>
    public CallDefaults Defaults { get; }

    /// <summary>Whose entries the call is about.</summary>
    public string Tenant { get; }

    /// <summary>Whether it is what the environment configures.</summary>
    public bool IsImplicit => _chosen is null or { IsImplicit: true };

    /// <summary>Where what is done with entries is told; null without an audit log.</summary>
    public AuditTrail? Audit => _chosen?.Caches.Audit;

    /// <summary>The session, which may be closed.</summary>
    /// <exception cref="CacheKitException">The configuration is not usable.</exception>
    public CacheKitSession Session => _chosen ?? ImplicitSession.Current;

    /// <summary>The session, open. That of the environment may be closed as soon as this returns.</summary>
    /// <exception cref="CacheKitException">The session is closed, or the configuration is not usable.</exception>
    public CacheKitSession Require()
    {
        CacheKitSession session = IsImplicit ? ImplicitSession.Current : _chosen!;
        return IsImplicit || !session.IsClosed ? session : throw SessionCaches.Closed(session);
    }

    /// <summary>Takes one of the tenant's caches, in the place of the one that was taken before.</summary>
    /// <param name="mode">Which.</param>
    /// <exception cref="CacheKitException">The session is closed, or the configuration is not usable.</exception>
    public EntryCache Rent(CacheMode mode)
    {
        EntryCache? cache = null;
        while (cache is null)
        {
            // Again where the environment says something else now, or another runspace has removed its session.
            SessionCaches caches = Require().Caches;
            if (mode.IsInterop)
            {
                InteropRules.Check(caches.Store, Tenant, _chosen?.HomeTenant ?? Defaults.Tenant);
            }

            cache = caches.TryHold(Tenant, mode);
        }

        _held?.Release();
        _held = cache;
        return cache;
    }

    /// <summary>What one of the tenant's caches has counted, without opening it.</summary>
    /// <param name="mode">Which.</param>
    /// <returns>
    /// Null where the configuration is not usable: who goes past the cache does not need to hear of it.
    /// </returns>
    public CacheStatistics? FindStatistics(CacheMode mode)
    {
        try
        {
            return Require().Caches.Statistics.For(Tenant, mode);
        }
        catch (CacheKitException)
        {
            return null;
        }
    }

    /// <summary>Gives back the cache that was taken.</summary>
    public void Dispose()
    {
        _held?.Release();
        _held = null;
    }
}
