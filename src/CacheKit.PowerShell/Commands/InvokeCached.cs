using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Pipeline;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Returns the cached result of a block, or runs it once and caches its result without encryption.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Cached", HelpUri = HelpPages.Folder + "Invoke-Cached.md")]
[OutputType(typeof(object))]
public sealed class InvokeCachedCommand : BlockCachingCommand
{
    private ImplicitSession? _session;

    private protected override bool TakesSecrets => false;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Interlocked.Exchange(ref _session, null)?.Dispose();
        }

        base.Dispose(disposing);
    }

    private protected override EntryCache OpenCache()
    {
        _session = ImplicitSession.RentPlain();
        PlainCache cache = (PlainCache)_session.Cache;
        if (!cache.KnowsNamespace(Namespace))
        {
            Wait(stop => cache.CheckNamespaceAsync(Namespace, stop));
            WriteNotices(cache);
        }

        return cache;
    }
}
