using System.Management.Automation;
using CacheKit.Core.Caching;

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
        EntryCache cache = RentCache(Mode);
        if (!IsInterop && !cache.Namespaces.Knows(Namespace))
        {
            Wait(stop => cache.Namespaces.CheckAsync(Namespace, stop));
            WriteNotices(cache);
        }

        return cache;
    }
}
