using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;
using CacheKit.Execution;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>
/// The base of the cmdlets that tell what a session has counted. They need no key, and open no store.
/// </summary>
public abstract class StatisticsCommand : SessionCommand
{
    private CacheKitSession? _session;

    /// <summary>Finds the session.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        try
        {
            bool isImplicit = InEffect is null or { IsImplicit: true };
            _session = isImplicit ? ImplicitSession.Current : InEffect;
            if (!isImplicit && _session!.IsClosed)
            {
                throw SessionCaches.Closed();
            }
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, null));
        }
    }

    /// <summary>The session that has counted.</summary>
    private protected CacheKitSession Counting => _session!;

    /// <summary>Whose calls are meant.</summary>
    private protected string TenantInEffect => Tenant ?? (InEffect ?? Counting).Tenant;

    /// <summary>Takes what was counted.</summary>
    /// <param name="reset">Whether to begin anew.</param>
    /// <param name="since">When counting began.</param>
    /// <returns>The counts of each cache of the tenant that was used; those of the encrypted one if none was.</returns>
    private protected IReadOnlyList<CacheCounts> Take(bool reset, out DateTimeOffset since)
    {
        IReadOnlyList<CacheCounts> counts = Counting.Caches.Statistics.Take(TenantInEffect, reset, out since);
        return counts.Count > 0 ? counts : [new CacheStatistics(CacheMode.Secure.Label).Take()];
    }
}
