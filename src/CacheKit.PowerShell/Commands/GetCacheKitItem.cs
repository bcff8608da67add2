using System.Management.Automation;
using CacheKit.Conversion;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Serialization;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>Returns the values of items.</summary>
[Cmdlet(
    VerbsCommon.Get,
    "CacheKitItem",
    DefaultParameterSetName = ParameterSets.Entry,
    HelpUri = HelpPages.Folder + "Get-CacheKitItem.md")]
[OutputType(typeof(object))]
public sealed partial class GetCacheKitItemCommand : ItemCommand
{
    private readonly CallBatch<ItemRequest> _batch = new();

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

    /// <summary>Entries, as Get-CacheKitEntry writes them.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = ParameterSets.Entry)]
    public CacheKitEntry[] InputObject { get; set; } = [];

    /// <summary>Leaves an entry that is not authentic where it is, and makes it an error.</summary>
    [Parameter]
    public SwitchParameter FailClosed { get; set; }

    private bool KeepsEvidence => IsGiven(nameof(FailClosed)) ? FailClosed : IsFailClosed;

    /// <summary>Checks the parameters, and opens the cache.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RefuseNothing();
    }

    /// <summary>Looks for what was asked for.</summary>
    protected override void ProcessRecord()
    {
        if (IsInterop)
        {
            AnswerInterop();
            return;
        }

        foreach (string name in Name)
        {
            if (ItemNames.PatternOf(name) is { } pattern)
            {
                Flush();
                AnswerAll(pattern);
            }
            else
            {
                Ask(WildcardPattern.Unescape(name));
            }
        }

        foreach (string name in LiteralName)
        {
            Ask(name);
        }

        foreach (CacheKitEntry entry in InputObject)
        {
            if (BelongsHere(entry))
            {
                Ask(new ItemRequest(entry.ToString(), entry.Namespace, Listing.KeysFor(entry.Info)));
            }
        }

        if (!MyInvocation.ExpectingInput)
        {
            Flush();
        }
    }

    /// <summary>Answers what still waits.</summary>
    protected override void EndProcessing() => Flush();

    private void Ask(string name)
    {
        if (IsName(name))
        {
            Ask(new ItemRequest(name, Namespace, KeysOf(Namespace, name)));
        }
    }

    private void Ask(ItemRequest request)
    {
        if (_batch.Add(request) && MyInvocation.ExpectingInput)
        {
            Flush();
        }
    }

    private void AnswerAll(WildcardPattern pattern) => ForEachItem(
        pattern,
        includesStale: false,
        KeepsEvidence,
        items => Answer(
            [.. items.Select(item => new ItemRequest(item.Entry.Name!, Namespace, item.Keys))], isNamed: false));

    private void Flush()
    {
        if (!_batch.IsEmpty)
        {
            foreach (ItemRequest[] requests in _batch.TakeAll().Chunk(ItemRequest.MostTogether))
            {
                Answer(requests, isNamed: true);
            }
        }
    }

    private void Answer(ItemRequest[] requests, bool isNamed)
    {
        LookupResult[] found = LookUp(requests);
        try
        {
            for (int i = 0; i < requests.Length; i++)
            {
                Answer(requests[i], ref found[i], isNamed);
            }
        }
        finally
        {
            foreach (LookupResult result in found)
            {
                result.Dispose();
            }
        }
    }

    private LookupResult[] LookUp(ItemRequest[] requests)
    {
        LookupResult[] found = new LookupResult[requests.Length];
        List<int> open = [];
        for (int i = 0; i < requests.Length; i++)
        {
            if (Cache.TryGetLocal(requests[i].Keys, out OpenedEntry entry))
            {
                found[i] = new LookupResult(LookupOutcome.Hit, entry) { IsLocal = true };
            }
            else
            {
                open.Add(i);
            }
        }

        if (open.Count > 0)
        {
            bool keepEvidence = KeepsEvidence;
            EntryCache cache = Cache;
            EntryKeys[] keys = [.. open.Select(i => requests[i].Keys)];
            IReadOnlyList<LookupResult> stored = Wait(stop => cache.GetManyAsync(keys, keepEvidence, stop));
            for (int i = 0; i < open.Count; i++)
            {
                found[open[i]] = stored[i];
            }

            WriteNotices(Cache);
        }

        return found;
    }

    private void Answer(ItemRequest request, ref LookupResult found, bool isNamed)
    {
        Cache.Statistics.Count(found.ToCallOutcome(KeepsEvidence));
        if (found.Outcome == LookupOutcome.Hit)
        {
            object?[] output;
            using (found)
            {
                if (!TryDecode(found.Entry, request, out output))
                {
                    return;
                }
            }

            Remember(request.Name);
            foreach (object? item in output)
            {
                WriteObject(item);
            }
        }
        else if (found.Outcome == LookupOutcome.Miss || !KeepsEvidence)
        {
            bool isMiss = found.Outcome == LookupOutcome.Miss;
            Audit(isMiss ? AuditEvent.Miss : AuditEvent.Refused, request.Keys.Current);
            if (isNamed)
            {
                TellNotFound(request.Name, request.Namespace);
            }
        }
        else
        {
            Audit(AuditEvent.Refused, request.Keys.Current);
            TellUnsound(found.Outcome, request);
        }
    }

    /// <summary>Tells that an entry is opened, before anything of it is, and decodes it.</summary>
    private bool TryDecode(in OpenedEntry entry, ItemRequest request, out object?[] output)
    {
        if (IsAudited)
        {
            Audit(AuditEvent.Open, request.Keys.SealedUnder(entry.Header.Fingerprint));
        }

        try
        {
            output = OutputFormat.Read(entry.Header.Serializer, entry.Value);
            return true;
        }
        catch (MalformedValueException)
        {
            output = [];
            TellUnsound(LookupOutcome.Malformed, request);
            return false;
        }
    }

    private void TellUnsound(LookupOutcome outcome, ItemRequest request)
    {
        CacheKitException failure = outcome == LookupOutcome.Malformed
            ? new CacheKitException(
                ErrorIds.EntryMalformed,
                "The entry is authentic, but does not decode. It stays where it is.",
                "Set-CacheKitItem replaces the entry, and Remove-CacheKitItem removes it.")
            : new CacheKitException(
                ErrorIds.EntryNotAuthentic,
                "The entry is not authentic: it was altered, moved, or sealed under another key. It stays where it is.",
                "Find out who writes to the store; Set-CacheKitItem replaces the entry.");
        WriteError(ErrorRecords.From(failure, request.Name));
    }
}
