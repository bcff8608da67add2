using CacheKit.Conversion;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Execution;

namespace CacheKit.Commands;

/// <content>Values that other languages share.</content>
public sealed partial class SetCacheKitItemCommand
{
    private void StoreInterop()
    {
        EntryKeys keys = InteropKeys();
        if (!ShouldProcess($"entry '{keys.Current}' of the tenant '{TenantInEffect}'", "Set"))
        {
            return;
        }

        SealedEntry? entry;
        try
        {
            entry = SealInterop(keys);
        }
        catch (CacheKitException failure)
        {
            WriteError(ErrorRecords.From(failure, Interop));
            return;
        }
        catch (OperationCanceledException)
        {
            throw new System.Management.Automation.PipelineStoppedException();
        }

        EntryCache cache = InteropCache;
        // What could not be kept must not leave the value before it in force.
        Wait(stop => entry is null ? cache.RemoveAsync(keys, stop) : cache.SetAsync(entry, stop));
        WriteNotices(cache);
    }

    private SealedEntry? SealInterop(EntryKeys keys)
    {
        using SensitiveBuffer value = SensitiveBuffer.Rent();
        InteropFormat.WriteValue(value, _collected, StopToken);
        Audit(AuditEvent.Seal, keys.Current);
        return InteropCache.Seal(
            keys, name: null, SerializerKind.MessagePack, value.WrittenSpan, Ttl.Duration, compress: false);
    }
}
