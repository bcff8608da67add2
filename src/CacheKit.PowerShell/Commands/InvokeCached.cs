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
    private protected override bool TakesSecrets => false;

    private protected override CacheMode Mode => IsInterop ? CacheMode.PlainInterop : CacheMode.Plain;

    private protected override EntryCache OpenCache()
    {
        EntryCache rented = RentCache(Mode);
        if (rented is not PlainCache cache)
        {
            return rented;
        }

        if (!cache.KnowsNamespace(Namespace))
        {
            Wait(stop => cache.CheckNamespaceAsync(Namespace, stop));
            WriteNotices(cache);
        }

        return cache;
    }
}
