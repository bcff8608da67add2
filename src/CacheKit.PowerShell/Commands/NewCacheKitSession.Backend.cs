using System.Management.Automation;
using CacheKit.Backends;
using CacheKit.Core.Caching;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <content>A store of the user's own.</content>
public sealed partial class NewCacheKitSessionCommand
{
    /// <summary>Caches in this backend, which Register-CacheKitBackend has made known.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Backend)]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(BackendCompleter))]
    public string? Backend { get; set; }

    /// <summary>The backend as it is registered now: encrypted and plain entries go to the same.</summary>
    private StoreChoice ChooseBackend()
    {
        Backend backend = BackendRegistry.Find(Backend ?? string.Empty);
        return StoreChoice.Custom(backend.Open, "-Backend", backend.CanShare);
    }
}
