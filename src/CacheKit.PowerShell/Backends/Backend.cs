using System.Management.Automation;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Delegates;
using CacheKit.Execution;

namespace CacheKit.Backends;

/// <summary>A store of the user's own, as it was registered: its blocks.</summary>
/// <param name="name">Its name.</param>
internal sealed class Backend(string name)
{
    // The backends whose blocks are running on this thread, one inside the other.
    [ThreadStatic]
    private static List<Backend>? t_running;

    private readonly DateTimeOffset _registered = DateTimeOffset.Now;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Reads.</summary>
    public required BackendBlock Get { get; init; }

    /// <summary>Writes.</summary>
    public required BackendBlock Set { get; init; }

    /// <summary>Removes.</summary>
    public required BackendBlock Remove { get; init; }

    /// <summary>Lists, or null.</summary>
    public BackendBlock? List { get; init; }

    /// <summary>Locks, or null.</summary>
    public BackendBlock? Lock { get; init; }

    /// <summary>Unlocks, or null.</summary>
    public BackendBlock? Unlock { get; init; }

    /// <summary>
    /// Whether it is told when entries end, so that those which other programs share can lie there as they are.
    /// </summary>
    public bool CanShare => Set.TakesAll;

    /// <summary>What a user may see of it.</summary>
    public CacheKitBackend Report() => new(
        name,
        (List is null ? BackendCapabilities.None : BackendCapabilities.List)
            | (Lock is null ? BackendCapabilities.None : BackendCapabilities.Lock)
            | (CanShare ? BackendCapabilities.Interop : BackendCapabilities.None),
        _registered);

    /// <summary>Makes a store of it.</summary>
    /// <param name="clock">The clock that entries expire by.</param>
    public ICacheStore Open(TimeProvider clock) => new DelegateStore(
        name,
        new DelegateStoreBlocks
        {
            Get = CallOf(Get),
            Set = CallOf(Set),
            EndsEntries = CanShare,
            Remove = CallOf(Remove),
            List = List is null ? null : CallOf(List),
            Lock = Lock is null ? null : CallOf(Lock),
            Unlock = Unlock is null ? null : CallOf(Unlock),
        },
        clock);

    /// <summary>
    /// Blocks run on the thread of the pipeline that waits for the store, wherever the store itself runs.
    /// </summary>
    private DelegateStoreBlock CallOf(BackendBlock block) => (arguments, token) =>
    {
        Task<IReadOnlyList<object?>>? call = PipelineDispatcher.Current?.TryInvokeAsync(
            cmdlet => RunOnce(cmdlet, block, arguments), token);
        return call is null
            ? throw new StoreException(
                StoreFault.Unavailable,
                $"The backend '{name}' can only be called from a pipeline, and none waits for it.")
            : new ValueTask<IReadOnlyList<object?>>(call);
    };

    private IReadOnlyList<object?> RunOnce(PSCmdlet cmdlet, BackendBlock block, object?[] arguments)
    {
        t_running ??= [];
        if (t_running.Contains(this))
        {
            // A block that caches in its own store would call itself for ever.
            throw new StoreException(
                StoreFault.Unsupported, $"The backend '{name}' is not asked while one of its own blocks is running.");
        }

        t_running.Add(this);
        try
        {
            return block.Run(cmdlet, arguments);
        }
        finally
        {
            t_running.Remove(this);
        }
    }
}
