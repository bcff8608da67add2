using System.Management.Automation;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>Writes what the calls of a tenant came to as OpenMetrics text, for a textfile collector.</summary>
[Cmdlet(
    VerbsData.Export,
    "CacheKitMetric",
    SupportsShouldProcess = true,
    HelpUri = HelpPages.Folder + "Export-CacheKitMetric.md")]
[OutputType(typeof(string), typeof(FileInfo))]
public sealed class ExportCacheKitMetricCommand : StatisticsCommand
{
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

    /// <summary>Writes.</summary>
    protected override void ProcessRecord()
    {
        if (!IsGiven(nameof(Path)))
        {
            WriteObject(Text());
            return;
        }

        try
        {
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
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, Path));
        }
    }

    private string Text()
    {
        IReadOnlyList<CacheCounts> counts = Take(reset: false, out DateTimeOffset since);
        return MetricText.Of(counts, Counting.Caches.Observe(), since, IncludeTenant ? TenantInEffect : null);
    }
}
