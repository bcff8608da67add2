using System.Management.Automation;
using CacheKit.Core.Caching.Statistics;

namespace CacheKit.Commands;

/// <summary>Tells what the calls of a tenant came to: hits, misses, faults and times.</summary>
/// <remarks>As with Receive-Job, -Reset asks for no confirmation: it gives out what it takes away.</remarks>
[Cmdlet(VerbsCommon.Get, "CacheKitStatistics", HelpUri = HelpPages.Folder + "Get-CacheKitStatistics.md")]
[OutputType(typeof(CacheKitStatistics))]
public sealed class GetCacheKitStatisticsCommand : SessionCommand
{
    /// <summary>Begins to count anew.</summary>
    [Parameter]
    public SwitchParameter Reset { get; set; }

    private protected override void Process()
    {
        CacheKitSession session = InForce.Require();
        CacheCounts counts = session.Caches.TakeCounts(InForce.Tenant, Reset, out DateTimeOffset since)
            .Aggregate((one, other) => one.With(other));
        WriteObject(new CacheKitStatistics(
            session.Store, InForce.Tenant, since, counts, session.Caches.Observe()));
    }
}
