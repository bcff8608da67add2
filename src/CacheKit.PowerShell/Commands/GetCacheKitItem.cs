using System.Management.Automation;
using CacheKit.Conversion;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Serialization;
using CacheKit.Execution;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Returns the values of items.</summary>
[Cmdlet(
    VerbsCommon.Get,
    "CacheKitItem",
    DefaultParameterSetName = ParameterSets.Entry,
    HelpUri = HelpPages.Folder + "Get-CacheKitItem.md")]
[OutputType(typeof(object))]
public sealed class GetCacheKitItemCommand : SessionCommand, IItemParameters
{
    private readonly CallBatch<ItemRequest> _batch = new();
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

    /// <summary>Entries, as Get-CacheKitEntry writes them.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = ParameterSets.Entry)]
    public CacheKitEntry[] InputObject { get; set; } = [];

    /// <summary>Leaves an entry that is not authentic where it is, and makes it an error.</summary>
    [Parameter]
    public SwitchParameter FailClosed { get; set; }

    /// <summary>Gives maps as ordered hashtables instead of objects.</summary>
    [Parameter(ParameterSetName = ParameterSets.Interop)]
    public SwitchParameter AsHashtable { get; set; }

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
        ItemNames.RefuseNothing(this);
    }

    private protected override void Process()
    {
        if (_item!.Interop is { } interop)
        {
            Answer(interop);
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
            if (Entries.Has(entry))
            {
                Ask(new ItemRequest(entry.ToString(), entry.Namespace, Entries.Listing.KeysFor(entry.Info)));
            }
        }

        if (!MyInvocation.ExpectingInput)
        {
            Flush();
        }
    }

    private protected override void End() => Flush();

    private void Ask(string name)
    {
        if (ItemNames.ProblemOf(name) is { } failure)
        {
            Context.WriteError(failure);
            return;
        }

        Ask(new ItemRequest(name, _item!.Namespace, Entries.KeysOf(_item.Namespace, name)));
    }

    private void Ask(ItemRequest request)
    {
        if (_batch.Add(request) && MyInvocation.ExpectingInput)
        {
            Flush();
        }
    }

    private void AnswerAll(WildcardPattern pattern) => Entries.ForEachItem(
        _item!.Namespace,
        pattern,
        includesStale: false,
        IsFailClosed(FailClosed),
        items => Answer(
            [.. items.Select(item => new ItemRequest(item.Entry.Name!, _item.Namespace, item.Keys))], isNamed: false));

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
        EntryKeys[] keys = [.. requests.Select(request => request.Keys)];
        using LookupBatch found = LookupBatch.Find(Context, Entries.Cache, keys, IsFailClosed(FailClosed));
        for (int i = 0; i < requests.Length; i++)
        {
            Answer(requests[i], ref found[i], isNamed);
        }
    }

    private void Answer(ItemRequest request, ref LookupResult found, bool isNamed)
    {
        bool failClosed = IsFailClosed(FailClosed);
        Entries.Cache.Statistics.Count(found.ToCallOutcome(failClosed));
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

            ItemNameCompleter.Remember(Entries.Tenant, request.Name);
            foreach (object? item in output)
            {
                WriteObject(item);
            }
        }
        else if (found.Outcome == LookupOutcome.Miss || !failClosed)
        {
            bool isMiss = found.Outcome == LookupOutcome.Miss;
            Context.Audit(isMiss ? AuditEvent.Miss : AuditEvent.Refused, request.Keys.Current);
            if (isNamed)
            {
                Entries.TellNotFound(request.Name, request.Namespace);
            }
        }
        else
        {
            Context.Audit(AuditEvent.Refused, request.Keys.Current);
            TellUnsound(found.Outcome, request);
        }
    }

    /// <summary>Tells that an entry is opened, before anything of it is, and decodes it.</summary>
    private bool TryDecode(in OpenedEntry entry, ItemRequest request, out object?[] output)
    {
        if (Context.IsAudited)
        {
            Context.Audit(AuditEvent.Open, request.Keys.SealedUnder(entry.Header.Fingerprint));
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
                "Set-CacheKitItem replaces the entry, and Remove-CacheKitItem removes it.",
                target: request.Name)
            : new CacheKitException(
                ErrorIds.EntryNotAuthentic,
                "The entry is not authentic: it was altered, moved, or sealed under another key. It stays where it is.",
                "Find out who writes to the store; Set-CacheKitItem replaces the entry.",
                target: request.Name);
        Context.WriteError(failure);
    }

    private void Answer(InteropEntry interop)
    {
        EntryKeys keys = interop.Keys();
        bool failClosed = IsFailClosed(FailClosed);
        EntryCache cache = interop.Cache;
        using LookupResult found = Context.Wait(stop => cache.GetAsync(keys, failClosed, stop));
        Context.WriteNotices(cache);
        cache.Statistics.Count(found.ToCallOutcome(failClosed));
        switch (found.Outcome)
        {
            case LookupOutcome.Hit:
                Context.Audit(AuditEvent.Open, keys.SealedUnder(found.Entry.Fingerprint));
                Write(interop, found.Entry, keys);
                break;
            case LookupOutcome.Miss:
                Context.Audit(AuditEvent.Miss, keys.Current);
                interop.TellNotFound(keys);
                break;
            default:
                Context.Audit(AuditEvent.Refused, keys.Current);
                Tell(interop, found.Outcome, found.Problem, keys);
                break;
        }
    }

    /// <summary>Decodes the value whole before anything of it goes out.</summary>
    private void Write(InteropEntry interop, in OpenedEntry entry, EntryKeys keys)
    {
        object?[] output;
        try
        {
            output = InteropFormat.ReadValue(entry.Value, AsHashtable);
        }
        catch (MalformedValueException exception)
        {
            Drop(interop, exception.Message, keys);
            return;
        }

        foreach (object? item in output)
        {
            WriteObject(item);
        }
    }

    private void Drop(InteropEntry interop, string problem, EntryKeys keys)
    {
        Context.Audit(AuditEvent.Refused, keys.Current);
        if (!IsFailClosed(FailClosed))
        {
            WriteWarning(Sentences.Join("An entry does not decode.", problem, $"It was dropped ({keys.Current})."));
            Context.Wait(stop => interop.Cache.RemoveAsync(keys, stop));
            Context.WriteNotices(interop.Cache);
        }

        Tell(interop, LookupOutcome.Malformed, problem, keys);
    }

    /// <summary>What was dropped is not there any more.</summary>
    private void Tell(InteropEntry interop, LookupOutcome outcome, string? problem, EntryKeys keys)
    {
        if (IsFailClosed(FailClosed))
        {
            interop.TellUnsound(outcome, problem, keys, isError: true);
        }
        else
        {
            interop.TellNotFound(keys);
        }
    }
}
