using System.Management.Automation;
using System.Security;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Execution;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Puts a new master key into the ring, where the keys come from or as what is to be deployed.</summary>
[Cmdlet(
    VerbsLifecycle.Start,
    "CacheKitKeyRotation",
    DefaultParameterSetName = ParameterSets.Current,
    SupportsShouldProcess = true,
    HelpUri = HelpPages.Folder + "Start-CacheKitKeyRotation.md")]
[OutputType(typeof(KeyRotationChange))]
public sealed partial class StartCacheKitKeyRotationCommand : CacheKitCommand, IRotationParameters
{
    /// <summary>
    /// The new key: 64 hexadecimal digits as SecureString or text, or 32 bytes; a random one unless given.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = ParameterSets.Current)]
    [Parameter(Position = 0, ParameterSetName = ParameterSets.Previous)]
    [Parameter(Position = 0, ParameterSetName = ParameterSets.Compromised)]
    [AllowEmptyString]
    [AllowNull]
    public object? NewMasterKey { get; set; }

    /// <summary>
    /// Lets the new key decrypt only, so that it can be deployed everywhere before anybody encrypts with it.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Previous)]
    public SwitchParameter AsPrevious { get; set; }

    /// <summary>Lets the key that was added with -AsPrevious encrypt.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Promote)]
    public SwitchParameter Promote { get; set; }

    /// <summary>
    /// Keeps no key but the new one, and removes everything of the tenants: others may know the old key.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Compromised)]
    public SwitchParameter Compromised { get; set; }

    /// <summary>Does not ask before everything of the tenants is removed.</summary>
    [Parameter(ParameterSetName = ParameterSets.Compromised)]
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
        using KeyRing next = NextOf(ring);
        KeyOrigin origin = Rotation.Origin;
        if (Compromised)
        {
            ReplaceCompromised(origin, ring, next);
        }
        else if (ShouldProcess(origin.Description, PlanOf(ring, next)))
        {
            Rotation.ReplaceKeys(ring, next);
            WriteObject(ChangeOf(origin, next, AsPrevious ? next.Keys[1] : Promote ? null : next.Current));
        }
    }

    private KeyRing NextOf(KeyRing ring)
    {
        if (Promote)
        {
            KeyRing promoted = ring.Promoted();
            CheckForwards();
            return promoted;
        }

        using MasterKey key = NewKey();
        if (Compromised)
        {
            return ring.ReplacedBy(key);
        }

        return AsPrevious ? ring.WithNewPrevious(key) : ring.WithNewCurrent(key);
    }

    /// <summary>What has encrypted before is retired: its entries tell of it, as long as there are any.</summary>
    private void CheckForwards()
    {
        foreach (string tenant in Rotation.Tenants)
        {
            RotationInventory inventory = Rotation.Count(Rotation.Rent(tenant));
            // The key is the second of the ring that is in force.
            long entries = inventory.Keys[1].Entries + inventory.Interop.Sum(each => each.Entries[1]);
            if (entries > 0)
            {
                throw new CacheKitException(
                    ErrorIds.RotationBackwards,
                    $"{entries} {(entries == 1 ? "entry" : "entries")} of the tenant '{tenant}' under the key that would "
                    + "be promoted: it has encrypted before. Rotation goes forward only, since nobody knows how many "
                    + "messages a retired key has sealed.",
                    "Start-CacheKitKeyRotation takes a new key.");
            }
        }
    }

    private MasterKey NewKey()
    {
        if (!IsGiven(nameof(NewMasterKey)))
        {
            return MasterKey.Generate();
        }

        using KeyRing given = MasterKeyParameter.ReadOne(NewMasterKey, "-NewMasterKey");
        return given.Current.Clone();
    }

    /// <summary>What -WhatIf shows: the keys before and after, by the beginnings of their fingerprints.</summary>
    private string PlanOf(KeyRing ring, KeyRing next)
    {
        IReadOnlyList<string> before = KeyRotation.FingerprintsOf(ring, Rotation.Tenants[0]);
        bool isRandom = !Promote && !IsGiven(nameof(NewMasterKey));
        IEnumerable<string> after = KeyRotation.FingerprintsOf(next, Rotation.Tenants[0])
            .Select(each => isRandom && !before.Contains(each) ? "a new key" : each[..8]);
        return $"Change the ring of master keys from [{string.Join(", ", before.Select(each => each[..8]))}] to "
            + $"[{string.Join(", ", after)}]";
    }

    private KeyRotationChange ChangeOf(KeyOrigin origin, KeyRing next, MasterKey? toDeploy)
    {
        SecureString? key = toDeploy is null || origin.IsShared ? null : SecretDigits.Of(toDeploy);
        string tenant = Rotation.Tenants[0];
        return new KeyRotationChange(origin.Description, tenant, KeyRotation.FingerprintsOf(next, tenant))
        {
            NewMasterKey = key,
            NextSteps = [.. StepsAfter(origin, next)],
        };
    }

    private IEnumerable<string> StepsAfter(KeyOrigin origin, KeyRing next)
    {
        if (!origin.IsShared)
        {
            yield return next.Keys.Count == 1
                ? $"Deploy the new key alone, as {CacheKitEnvironment.MasterKeyVariable}, without previous keys."
                : $"Deploy the ring wherever it is used: the first key as {CacheKitEnvironment.MasterKeyVariable}, the "
                    + $"others in {CacheKitEnvironment.PreviousMasterKeysVariable}, newest first. NewMasterKey has the new one.";
        }

        if (Compromised)
        {
            yield return "When the last process with the old key has ended: Clear-CacheKit -AllTenants.";
        }
        else if (AsPrevious)
        {
            yield return "When everybody has the new key: Start-CacheKitKeyRotation -Promote.";
        }
        else
        {
            yield return "When everybody has this ring: Step-CacheKitKeyRotation.";
            yield return "When nothing is left under the old key: Complete-CacheKitKeyRotation.";
        }
    }
}
