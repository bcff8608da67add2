using System.Management.Automation;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Resilience;
using CacheKit.Execution;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Removes all entries of namespaces: a tenant's, or everybody's.</summary>
[Cmdlet(
    VerbsCommon.Clear,
    "CacheKit",
    DefaultParameterSetName = ParameterSets.Tenant,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High,
    HelpUri = HelpPages.Folder + "Clear-CacheKit.md")]
[OutputType(typeof(void), typeof(ClearReport))]
public sealed class ClearCacheKitCommand : SessionCommand
{
    private long _removed;

    /// <summary>Namespaces, with wildcards; all of them unless given.</summary>
    [Parameter(Position = 0)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    /// <summary>Removes the entries of every tenant and master key, and the plain ones of Invoke-Cached.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.AllTenants)]
    public SwitchParameter AllTenants { get; set; }

    /// <summary>Removes the plain entries of Invoke-Cached, of all tenants, and nothing else.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Plain)]
    public SwitchParameter Plain { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives out how many entries were removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Whose entries are removed; null for everybody's.</summary>
    private string? Owner => AllTenants || Plain ? null : InForce.Tenant;

    private protected override void End()
    {
        if (Owner is null && IsGiven(nameof(Tenant)))
        {
            throw new CacheKitException(
                ErrorIds.ParameterConflict,
                $"-{ParameterSetName} removes the entries of every tenant: it cannot be given with -Tenant.",
                "Give one of them.");
        }

        NamespacePatterns namespaces = new(Namespace ?? [NamespacePatterns.All]);
        // Without a tenant no key is needed, unless there is an audit log to be told of encrypted entries.
        EntryCache cache =
            Rent(Plain || (AllTenants && InForce.Audit is null) ? CacheMode.Plain : CacheMode.Secure);
        string what = Plain ? "all plain entries"
            : Owner is null ? "all entries of all tenants"
            : $"all entries of the tenant '{Owner}'";
        if (MayGoOn($"{what} in {namespaces.Description} in {cache.StoreName}"))
        {
            Clear(cache, namespaces);
        }
    }

    /// <summary>-Force takes away the question, but neither -WhatIf nor a -Confirm that was asked for.</summary>
    private bool MayGoOn(string target)
    {
        bool isWhatIf = IsGiven("WhatIf")
            ? MyInvocation.BoundParameters["WhatIf"] is SwitchParameter { IsPresent: true }
            : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));
        return (Force && !isWhatIf && !IsGiven("Confirm")) || ShouldProcess(target, "Clear");
    }

    private void Clear(EntryCache cache, NamespacePatterns namespaces)
    {
        IReadOnlyList<string> patterns = Owner is not null
            ? new EntryListing(cache).PatternsOf(namespaces.ForStore)
            : [.. namespaces.ForStore.Select(each => PhysicalKey.PatternOf(Plain ? PhysicalKey.PlainTag : "*", each))];
        ListingSteps<int> steps = cache.Clear(patterns, key => namespaces.Includes(key.Namespace));
        WorkProgress progress =
            new("Clearing the cache", cache.StoreName, () => Interlocked.Read(ref _removed), total: null);
        try
        {
            Context.Wait(stop => progress.WatchAsync(RunAsync(steps, stop), stop));
        }
        catch (StoreException fault)
        {
            CacheKitException failure = StoreFailures.From(fault);
            CacheKitException whole = new(
                failure.ErrorId,
                $"{failure.Message} {_removed} entries were removed, and others may still be there.",
                failure.RecommendedAction,
                fault);
            WriteError(ErrorRecords.From(whole, namespaces.Names));
        }
        finally
        {
            progress.Close(this);
        }

        ItemNameCompleter.ForgetAll(Owner);
        Context.WriteNotices(cache);
        if (cache.Mode.IsEncrypted)
        {
            bool isOne = namespaces.Names is [string only] && !WildcardPattern.ContainsWildcardCharacters(only);
            Context.Audit(AuditEvent.Cleared, cache.Ring.Current, isOne ? namespaces.Names[0] : null, _removed);
        }

        if (PassThru)
        {
            WriteObject(new ClearReport(cache.StoreName, Owner, namespaces.Names, _removed));
        }
    }

    private async Task<bool> RunAsync(ListingSteps<int> steps, CancellationToken stop)
    {
        await using (steps)
        {
            while (await steps.MoveNextAsync(stop).ConfigureAwait(false))
            {
                Interlocked.Add(ref _removed, steps.Current);
            }
        }

        return true;
    }
}
