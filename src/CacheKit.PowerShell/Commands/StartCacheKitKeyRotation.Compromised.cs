using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <content>A key that others may know: nothing that it sealed is kept.</content>
public sealed partial class StartCacheKitKeyRotationCommand
{
    private void ReplaceCompromised(KeyOrigin origin, KeyRing ring, KeyRing next)
    {
        string tenants = string.Join(", ", Rotation.Tenants.Select(tenant => $"'{tenant}'"));
        string target = $"{origin.Description}, and all entries of {tenants} in {Rotation.Store}";
        if (!ShouldProcess(target, $"{PlanOf(ring, next)}, and remove everything that was sealed before")
            || !(Force || IsGiven("Confirm") || ShouldContinue(
                $"Everything that {tenants} cached is removed, and no key but the new one is kept. Go on?",
                "Replace a compromised master key")))
        {
            return;
        }

        // First the key: whether the store can be reached must not decide how long the old one is believed. What others
        // write under it meanwhile is removed with the rest.
        EntryCache[] caches = Array.ConvertAll(Rotation.Tenants, Rotation.Rent);
        foreach (EntryCache cache in caches)
        {
            Context.Audit(AuditEvent.Cleared, cache.Ring.Current, null, null);
        }

        Rotation.ReplaceKeys(ring, next);
        WriteObject(ChangeOf(origin, next, next.Current));
        long removed = caches.Sum(RemoveAll);
        WriteVerbose($"{removed} entries were removed.");
    }

    private long RemoveAll(EntryCache cache)
    {
        long removed = 0;
        ListingSteps<int> steps = cache.Clear(new EntryListing(cache).PatternsOf(["*"]), static _ => true);
        try
        {
            while (Context.Wait(stop => steps.MoveNextAsync(stop)))
            {
                removed += steps.Current;
            }
        }
        catch (StoreException fault)
        {
            throw StoreFailures.From(fault);
        }
        finally
        {
            // A step that Ctrl+C left may still be under way: nobody waits for it.
            _ = steps.DisposeAsync().AsTask();
        }

        return removed;
    }
}
