using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Keys;

namespace CacheKit.Commands;

/// <content>Entries that other languages share.</content>
public sealed partial class RemoveCacheKitItemCommand
{
    private void RemoveInterop()
    {
        EntryKeys keys = InteropKeys();
        if (!ShouldProcess($"entry '{keys.Current}' of the tenant '{TenantInEffect}'", "Remove"))
        {
            return;
        }

        EntryCache cache = InteropCache;
        switch (Try<bool?>(() => Wait(stop => cache.DeleteAsync(keys, stop)), otherwise: null))
        {
            case true:
                Audit(AuditEvent.Cleared, keys.Current);
                break;
            case false:
                TellInteropNotFound(keys);
                break;
        }
    }
}
