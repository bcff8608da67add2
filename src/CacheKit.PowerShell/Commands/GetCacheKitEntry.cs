using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Keys;
using CacheKit.Execution;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Lists stored entries without their values, or tells what the bytes of a store look like.</summary>
[Cmdlet(
    VerbsCommon.Get,
    "CacheKitEntry",
    DefaultParameterSetName = ParameterSets.Name,
    HelpUri = HelpPages.Folder + "Get-CacheKitEntry.md")]
[OutputType(typeof(CacheKitEntry), ParameterSetName = [ParameterSets.Name, ParameterSets.Key])]
[OutputType(typeof(CacheKitRawEntry), ParameterSetName = [ParameterSets.Raw])]
public sealed partial class GetCacheKitEntryCommand : SessionCommand
{
    private NamespacePatterns? _namespaces;
    private TenantEntries? _entries;

    /// <summary>Names, with wildcards; entries without a name are listed when it is not given.</summary>
    [Parameter(Position = 0, ParameterSetName = ParameterSets.Name)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ItemNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Namespaces, with wildcards; all of the tenant's unless given.</summary>
    [Parameter(ParameterSetName = ParameterSets.Name)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    /// <summary>The keys under which the store has entries; with -Raw, also with wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Key)]
    [Parameter(ParameterSetName = ParameterSets.Raw)]
    [AllowEmptyString]
    [SupportsWildcards]
    public string[] Key { get; set; } = [];

    /// <summary>Tells what the bytes of the store look like, whoever put them there, and opens nothing.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Raw)]
    public SwitchParameter Raw { get; set; }

    /// <summary>Lists, too, what is over but is kept for callers with -StaleIfError.</summary>
    [Parameter(ParameterSetName = ParameterSets.Name)]
    [Parameter(ParameterSetName = ParameterSets.Key)]
    public SwitchParameter IncludeStale { get; set; }

    /// <summary>Makes an entry that is not authentic an error, instead of a warning.</summary>
    [Parameter(ParameterSetName = ParameterSets.Name)]
    [Parameter(ParameterSetName = ParameterSets.Key)]
    public SwitchParameter FailClosed { get; set; }

    private protected override void Begin()
    {
        base.Begin();
        _namespaces = new NamespacePatterns(Namespace ?? [NamespacePatterns.All]);
        _entries = new TenantEntries(Context, Rent(CacheMode.Secure), InForce.Tenant);
    }

    private protected override void Process()
    {
        switch (ParameterSetName)
        {
            case ParameterSets.Key:
                FindKeys();
                break;
            case ParameterSets.Raw:
                ShowStored();
                break;
            default:
                ListNames();
                break;
        }
    }

    private void ListNames()
    {
        List<WildcardPattern> patterns = [];
        HashSet<string> literals = new(StringComparer.Ordinal);
        foreach (string name in Name ?? [])
        {
            if (ItemNames.PatternOf(name) is { } pattern)
            {
                patterns.Add(pattern);
            }
            else
            {
                literals.Add(WildcardPattern.Unescape(name));
            }
        }

        HashSet<string> missing = new(literals, StringComparer.Ordinal);
        EntryFilter filter = new()
        {
            Namespaces = _namespaces!.ForStore,
            IncludesNamespace = _namespaces.Includes,
            IncludesName = name => Name is null
                || (name is not null && (literals.Contains(name) || patterns.Any(pattern => pattern.IsMatch(name)))),
            IncludesStale = IncludeStale,
        };
        bool isComplete = _entries!.ForEachPage(filter, page =>
        {
            foreach (EntryInfo entry in page)
            {
                Write(entry);
                missing.Remove(entry.Name ?? string.Empty);
            }
        });
        foreach (string name in isComplete ? missing : [])
        {
            Context.WriteError(ItemNames.NotFound(name, _namespaces.ToString()));
        }
    }

    private void FindKeys()
    {
        EntryListing listing = _entries!.Listing;
        List<EntryKeys> keys = [];
        foreach (string key in Key)
        {
            if (listing.TryParseKey(key, out EntryKeys? parsed))
            {
                keys.Add(parsed);
            }
            else
            {
                _entries.TellNotOfTenant(key);
            }
        }

        bool includesStale = IncludeStale;
        IReadOnlyList<EntryInfo?> found =
            Context.Ask(_entries.Cache, stop => listing.FindAsync(keys, includesStale, stop), []);
        for (int i = 0; i < found.Count; i++)
        {
            if (found[i] is { } entry)
            {
                Write(entry);
            }
            else
            {
                string key = keys[i].Current.ToString();
                Context.WriteError(ItemNames.NotFound(key, keys[i].Current.Namespace));
            }
        }
    }

    private void Write(EntryInfo entry)
    {
        if (entry.Condition == EntryCondition.Sound)
        {
            WriteObject(new CacheKitEntry(entry, InForce.Tenant));
        }
        else
        {
            _entries!.TellUnsound(entry, IsFailClosed(FailClosed));
        }
    }
}
