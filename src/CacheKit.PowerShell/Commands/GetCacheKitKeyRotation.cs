using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>Counts the entries under each key of the ring.</summary>
[Cmdlet(VerbsCommon.Get, "CacheKitKeyRotation", HelpUri = HelpPages.Folder + "Get-CacheKitKeyRotation.md")]
[OutputType(typeof(KeyRotationStatus))]
public sealed class GetCacheKitKeyRotationCommand : CacheKitCommand, IRotationParameters
{
    /// <summary>The namespaces whose interop entries are meant too; these have no tag that would tell them.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? InteropNamespace { get; set; }

    /// <summary>The session whose keys are meant; the session in force unless given.</summary>
    [Parameter]
    [ValidateNotNull]
    public CacheKitSession? Session { get; set; }

    /// <summary>The tenants whose entries are meant; the session's tenant unless given.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [AllowNull]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[]? Tenant { get; set; }

    private KeyRotation Rotation { get; set; } = null!;

    private protected override void Begin() => Rotation = Context.Keep(new KeyRotation(Context, this));

    private protected override void End()
    {
        EntryCache[] caches = Array.ConvertAll(Rotation.Tenants, Rotation.Rent);
        for (int i = 0; i < caches.Length; i++)
        {
            WriteKeys(Rotation.Tenants[i], Rotation.Count(caches[i]));
        }

        if (Rotation.CountOthers(caches) is > 0 and long others)
        {
            WriteObject(new KeyRotationStatus(null, null, KeyRotationRole.Other, others, 0));
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
