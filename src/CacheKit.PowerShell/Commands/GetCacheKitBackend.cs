using System.Management.Automation;
using CacheKit.Backends;
using CacheKit.Execution;

namespace CacheKit.Commands;

/// <summary>Gives the backends that are registered in this process.</summary>
[Cmdlet(VerbsCommon.Get, "CacheKitBackend", HelpUri = HelpPages.Folder + "Get-CacheKitBackend.md")]
[OutputType(typeof(CacheKitBackend))]
public sealed class GetCacheKitBackendCommand : CacheKitCommand
{
    /// <summary>Names, with wildcards; all unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(BackendCompleter))]
    public string[] Name { get; set; } = ["*"];

    private protected override void Process()
    {
        foreach (string name in Name)
        {
            WildcardPattern pattern = new(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
            bool isFound = WildcardPattern.ContainsWildcardCharacters(name);
            foreach (Backend backend in BackendRegistry.All.Where(backend => pattern.IsMatch(backend.Name)))
            {
                isFound = true;
                WriteObject(backend.Report());
            }

            if (!isFound)
            {
                WriteError(ErrorRecords.From(BackendRegistry.NotFound(name), name));
            }
        }
    }
}
