using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Keys;
using CacheKit.Execution;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Tells whether there are items, without reading their values.</summary>
[Cmdlet(
    VerbsDiagnostic.Test,
    "CacheKitItem",
    DefaultParameterSetName = ParameterSets.Name,
    HelpUri = HelpPages.Folder + "Test-CacheKitItem.md")]
[OutputType(typeof(bool))]
public sealed class TestCacheKitItemCommand : SessionCommand, IItemParameters
{
    private ItemTarget? _item;

    /// <summary>Names, with wildcards.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = ParameterSets.Name)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ItemNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Names in which nothing is a wildcard.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.LiteralName)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ItemNameCompleter))]
    public string[] LiteralName { get; set; } = [];

    /// <summary>The part of the cache to use; readable to the storage.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string? Namespace { get; set; }

    /// <summary>The operation of an entry that other languages share, in place of a name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Interop)]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(OperationCompleter))]
    public string? Interop { get; set; }

    /// <summary>The arguments of the operation: with it, and the namespace, they make the key.</summary>
    [Parameter(ParameterSetName = ParameterSets.Interop)]
    [Alias("Args")]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ArgumentList { get; set; }

    private TenantEntries Entries => _item!.Entries;

    private protected override void Begin()
    {
        base.Begin();
        _item = ItemTarget.Open(Context, this, InForce);
        Subject = Interop;
    }

    private protected override void Process()
    {
        if (_item!.Interop is { } interop)
        {
            WriteObject(IsThere(interop));
            return;
        }

        foreach (string name in Name)
        {
            WriteObject(ItemNames.PatternOf(name) is { } pattern
                ? HasAny(pattern)
                : IsThere(WildcardPattern.Unescape(name)));
        }

        foreach (string name in LiteralName)
        {
            WriteObject(IsThere(name));
        }
    }

    private bool HasAny(WildcardPattern pattern)
    {
        bool isFound = false;
        Entries.ForEachItem(
            _item!.Namespace,
            pattern,
            includesStale: false,
            InForce.Defaults.FailClosed,
            items => isFound |= items.Count > 0);
        return isFound;
    }

    private bool IsThere(string name)
    {
        if (ItemNames.ProblemOf(name) is { } failure)
        {
            Context.WriteError(failure);
            return false;
        }

        EntryKeys keys = Entries.KeysOf(_item!.Namespace, name);
        if (Entries.Cache.TryGetLocal(keys, out OpenedEntry opened))
        {
            opened.Dispose();
            return true;
        }

        EntryInfo? entry = Entries.Find(keys, includesStale: false);
        if (entry is not null && entry.Condition != EntryCondition.Sound)
        {
            Entries.TellUnsound(entry, InForce.Defaults.FailClosed);
        }

        return entry is { Condition: EntryCondition.Sound };
    }

    private bool IsThere(InteropEntry interop)
    {
        EntryKeys keys = interop.Keys();
        LookupResult found = Context.Ask(
            interop.Cache, stop => InteropInspection.FindAsync(interop.Cache, keys, stop), otherwise: default);
        if (found.Outcome is LookupOutcome.NotAuthentic or LookupOutcome.Malformed)
        {
            interop.TellUnsound(found.Outcome, found.Problem, keys, InForce.Defaults.FailClosed);
        }

        return found.Outcome == LookupOutcome.Hit;
    }
}
