using System.Management.Automation;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Writes what the calls of a tenant came to as OpenMetrics text, for a textfile collector.</summary>
[Cmdlet(
    VerbsData.Export,
    "CacheKitMetric",
    SupportsShouldProcess = true,
    HelpUri = HelpPages.Folder + "Export-CacheKitMetric.md")]
[OutputType(typeof(string), typeof(FileInfo))]
public sealed class ExportCacheKitMetricCommand : SessionCommand
{
    private CacheKitSession? _session;

    /// <summary>The file, which is replaced at once; without it, the text goes to the pipeline.</summary>
    [Parameter(Position = 0)]
    [AllowEmptyString]
    [AllowNull]
    public string? Path { get; set; }

    /// <summary>Names the tenant, in a label of each sample.</summary>
    [Parameter]
    public SwitchParameter IncludeTenant { get; set; }

    /// <summary>Gives the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin()
    {
        base.Begin();
        _session = InForce.Require();
        Subject = Path;
    }

    private protected override void Process()
    {
        if (!IsGiven(nameof(Path)))
        {
            WriteObject(Text());
            return;
        }

        string path = PathResolver.Resolve(this, Path, ErrorIds.MetricFileUnusable);
        if (!ShouldProcess(path, "Write metrics"))
        {
            return;
        }

        MetricFile.Write(path, Text());
        if (PassThru)
        {
            WriteObject(new FileInfo(path));
        }
    }

    private string Text()
    {
        SessionCaches caches = _session!.Caches;
        IReadOnlyList<CacheCounts> counts =
            caches.TakeCounts(InForce.Tenant, reset: false, out DateTimeOffset since);
        return MetricText.Of(counts, caches.Observe(), since, IncludeTenant ? InForce.Tenant : null);
    }
}
