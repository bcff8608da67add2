using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Keys;

namespace CacheKit.Commands;

/// <content>Entries that other languages share.</content>
public sealed partial class TestCacheKitItemCommand
{
    private bool IsInteropThere()
    {
        EntryKeys keys = InteropKeys();
        EntryCache cache = InteropCache;
        LookupResult found = Try(() => Wait(stop => InteropInspection.FindAsync(cache, keys, stop)), otherwise: default);
        if (found.Outcome is LookupOutcome.NotAuthentic or LookupOutcome.Malformed)
        {
            TellInteropUnsound(found.Outcome, found.Problem, keys, IsFailClosed);
        }

        return found.Outcome == LookupOutcome.Hit;
    }
}
