using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Keys;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>Tells whether there are items, without reading their values.</summary>
[Cmdlet(
    VerbsDiagnostic.Test,
    "CacheKitItem",
    DefaultParameterSetName = ParameterSets.Name,
    HelpUri = HelpPages.Folder + "Test-CacheKitItem.md")]
[OutputType(typeof(bool))]
public sealed partial class TestCacheKitItemCommand : ItemCommand
{
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

    /// <summary>Answers for each name.</summary>
    protected override void ProcessRecord()
    {
        if (IsInterop)
        {
            WriteObject(IsInteropThere());
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
        ForEachItem(pattern, includesStale: false, IsFailClosed, items => isFound |= items.Count > 0);
        return isFound;
    }

    private bool IsThere(string name)
    {
        if (!IsName(name))
        {
            return false;
        }

        EntryKeys keys = KeysOf(Namespace, name);
        if (Cache.TryGetLocal(keys, out OpenedEntry opened))
        {
            opened.Dispose();
            return true;
        }

        EntryListing listing = Listing;
        EntryInfo? entry = Try(() => Wait(stop => listing.FindAsync([keys], includesStale: false, stop)), [null])[0];
        if (entry is not null && entry.Condition != EntryCondition.Sound)
        {
            TellUnsound(entry, IsFailClosed);
        }

        return entry is { Condition: EntryCondition.Sound };
    }
}
