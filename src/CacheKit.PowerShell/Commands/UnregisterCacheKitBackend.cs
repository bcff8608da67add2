using System.Management.Automation;
using CacheKit.Backends;
using CacheKit.Execution;

namespace CacheKit.Commands;

/// <summary>Makes a backend unknown to this process. What it has stored stays.</summary>
[Cmdlet(
    VerbsLifecycle.Unregister,
    "CacheKitBackend",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low,
    HelpUri = HelpPages.Folder + "Unregister-CacheKitBackend.md")]
[OutputType(typeof(void))]
public sealed class UnregisterCacheKitBackendCommand : CacheKitCommand
{
    /// <summary>Names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(BackendCompleter))]
    public string[] Name { get; set; } = null!;

    private protected override void Process()
    {
        foreach (string name in Name)
        {
            bool isThere = BackendRegistry.TryFind(name, out Backend? backend);
            if (isThere && !ShouldProcess(backend!.Name, "Unregister backend"))
            {
                continue;
            }

            if (!isThere || !BackendRegistry.Remove(name))
            {
                WriteError(ErrorRecords.From(BackendRegistry.NotFound(name), name));
            }
        }
    }
}
