using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Execution;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Drops the previous keys of the ring, unless entries still lie under them.</summary>
[Cmdlet(
    VerbsLifecycle.Complete,
    "CacheKitKeyRotation",
    SupportsShouldProcess = true,
    HelpUri = HelpPages.Folder + "Complete-CacheKitKeyRotation.md")]
[OutputType(typeof(KeyRotationChange))]
public sealed class CompleteCacheKitKeyRotationCommand : CacheKitCommand, IRotationParameters
{
    /// <summary>Drops them although entries lie under them, which are misses from then on.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

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
        using KeyRing ring = Rotation.CopyKeys();
        if (ring.Keys.Count == 1)
        {
            WriteWarning("The ring has no previous key: there is no rotation to complete.");
            return;
        }

        if (!Force)
        {
            Check();
        }

        using KeyRing next = ring.WithoutPrevious();
        int dropped = ring.Keys.Count - 1;
        if (ShouldProcess(Rotation.Origin.Description, $"Drop {dropped} previous key{(dropped == 1 ? "" : "s")}"))
        {
            KeyOrigin origin = Rotation.Origin;
            Rotation.ReplaceKeys(ring, next);
            string tenant = Rotation.Tenants[0];
            WriteObject(new KeyRotationChange(origin.Description, tenant, KeyRotation.FingerprintsOf(next, tenant))
            {
                NextSteps = origin.IsShared ? [] : [s_deploy],
            });
        }
    }

    private static readonly string s_deploy =
        $"Deploy the ring without the previous keys: {CacheKitEnvironment.MasterKeyVariable} alone, without "
        + $"{CacheKitEnvironment.PreviousMasterKeysVariable} and {CacheKitEnvironment.MasterKeyRotationVariable}.";

    private void Check()
    {
        EntryCache[] caches = Array.ConvertAll(Rotation.Tenants, Rotation.Rent);
        long left = 0;
        List<string> where = [];
        for (int i = 0; i < caches.Length; i++)
        {
            RotationInventory inventory = Rotation.Count(caches[i]);
            left += inventory.Old;
            where.AddRange(
                from key in inventory.Keys.Skip(1).Select(
                    (key, place) => (key.Fingerprint, Count: key.Entries + InteropOf(inventory, place + 1)))
                where key.Count > 0
                select $"{key.Count} of the tenant '{Rotation.Tenants[i]}' under {key.Fingerprint}");
        }

        if (left > 0)
        {
            throw new CacheKitException(
                ErrorIds.RotationIncomplete,
                $"{left} {(left == 1 ? "entry lies" : "entries lie")} under previous keys: {string.Join("; ", where)}.",
                "Step-CacheKitKeyRotation seals them again; -Force drops the keys all the same, and they are misses "
                + "then.");
        }

        if (Rotation.CountOthers(caches) is > 0 and long others)
        {
            WriteWarning(
                $"{others} encrypted entries in the store are of other tenants or keys, and were not looked at. Name your "
                + "other tenants with -Tenant: what they have under the previous keys becomes a miss.");
        }
    }

    private static long InteropOf(RotationInventory inventory, int place) =>
        inventory.Interop.Sum(each => each.Entries[place]);
}
