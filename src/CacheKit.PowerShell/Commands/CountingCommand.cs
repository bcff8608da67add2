using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Storage;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>The base of the cmdlets of a key rotation that look at what is stored.</summary>
public abstract class CountingCommand : RotationCommand
{
    /// <summary>The namespaces whose interop entries are meant too; these have no tag that would tell them.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? InteropNamespace { get; set; }

    /// <summary>Finds the session, and checks the names.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        foreach (string name in InteropNamespaces)
        {
            if (!InteropKey.IsNamespace(name))
            {
                Refuse(
                    ErrorIds.NamespaceInvalid,
                    "An interop namespace begins with a letter (a-z) or digit, and has up to 64 of these, dots, hyphens and "
                    + "underscores.",
                    "Give another -InteropNamespace.",
                    name);
            }
        }
    }

    /// <summary>The interop namespaces, each once.</summary>
    private protected string[] InteropNamespaces =>
        InteropNamespace is null ? [] : [.. InteropNamespace.Distinct(StringComparer.Ordinal)];

    /// <summary>Counts a tenant's entries.</summary>
    /// <param name="cache">The tenant's cache.</param>
    /// <exception cref="CacheKitException">The store cannot list, or has a fault.</exception>
    private protected RotationInventory Count(EntryCache cache)
    {
        string[] namespaces = InteropNamespaces;
        RotationInventory? last = null;
        return Watch(cache, "Counting entries", () => SumOf(last), total: null, async stop =>
        {
            IAsyncEnumerable<RotationInventory> counts =
                new RotationCensus(cache).CountAsync(namespaces, readsEntries: false, stop);
            await foreach (RotationInventory counted in counts.ConfigureAwait(false))
            {
                Volatile.Write(ref last, counted);
            }

            return last!;
        });
    }

    /// <summary>Counts the encrypted entries of other tenants and keys.</summary>
    /// <param name="caches">The caches of the tenants that are not meant.</param>
    private protected long CountOthers(IReadOnlyList<EntryCache> caches) =>
        Watch(caches[0], "Counting other entries", static () => 0, total: null, stop => RotationCensus.CountOthersAsync(caches, stop));

    /// <summary>Does work on a store under a progress bar.</summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="cache">The cache on the store.</param>
    /// <param name="activity">What is done.</param>
    /// <param name="done">How many entries are done.</param>
    /// <param name="total">How many there are, or null.</param>
    /// <param name="work">The work.</param>
    private protected T Watch<T>(
        EntryCache cache, string activity, Func<long> done, long? total, Func<CancellationToken, Task<T>> work)
    {
        WorkProgress progress = new(activity, cache.StoreName, done, total);
        try
        {
            return Wait(stop => progress.WatchAsync(work(stop), stop));
        }
        catch (StoreException fault)
        {
            throw StoreFailures.From(fault);
        }
        finally
        {
            progress.Close(this);
        }
    }

    private static long SumOf(RotationInventory? inventory) => inventory is null
        ? 0
        : inventory.Keys.Sum(key => key.Entries) + inventory.Interop.Sum(each => each.Entries.Sum() + each.Foreign);
}
