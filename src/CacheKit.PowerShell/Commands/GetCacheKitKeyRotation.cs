using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Diagnostics;
using CacheKit.Execution;

namespace CacheKit.Commands;

/// <summary>Counts the entries under each key of the ring.</summary>
[Cmdlet(VerbsCommon.Get, "CacheKitKeyRotation", HelpUri = HelpPages.Folder + "Get-CacheKitKeyRotation.md")]
[OutputType(typeof(KeyRotationStatus))]
public sealed class GetCacheKitKeyRotationCommand : CountingCommand
{
    /// <summary>Counts.</summary>
    protected override void EndProcessing()
    {
        try
        {
            EntryCache[] caches = Array.ConvertAll(Tenants, Rent);
            for (int i = 0; i < caches.Length; i++)
            {
                WriteKeys(Tenants[i], Count(caches[i]));
            }

            if (CountOthers(caches) is > 0 and long others)
            {
                WriteObject(new KeyRotationStatus(null, null, KeyRotationRole.Other, others, 0));
            }
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, null));
        }
    }

    private void WriteKeys(string tenant, RotationInventory inventory)
    {
        for (int i = 0; i < inventory.Keys.Count; i++)
        {
            KeyInventory key = inventory.Keys[i];
            WriteObject(new KeyRotationStatus(
                tenant,
                key.Fingerprint.ToString(),
                key.IsCurrent ? KeyRotationRole.Current : KeyRotationRole.Previous,
                key.Entries,
                inventory.Interop.Sum(each => each.Entries[i])));
        }
    }
}
