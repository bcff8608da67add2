using System.Management.Automation;
using CacheKit.Conversion;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Keys;
using CacheKit.Core.Serialization;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <content>Values that other languages share.</content>
public sealed partial class GetCacheKitItemCommand
{
    /// <summary>Gives maps as ordered hashtables instead of objects.</summary>
    [Parameter(ParameterSetName = ParameterSets.Interop)]
    public SwitchParameter AsHashtable { get; set; }

    private void AnswerInterop()
    {
        EntryKeys keys = InteropKeys();
        bool keepEvidence = KeepsEvidence;
        EntryCache cache = InteropCache;
        using LookupResult found = Wait(stop => cache.GetAsync(keys, keepEvidence, stop));
        WriteNotices(cache);
        cache.Statistics.Count(found.ToCallOutcome(keepEvidence));
        switch (found.Outcome)
        {
            case LookupOutcome.Hit:
                Audit(AuditEvent.Open, keys.SealedUnder(found.Entry.Fingerprint));
                WriteInterop(found.Entry, keys);
                break;
            case LookupOutcome.Miss:
                Audit(AuditEvent.Miss, keys.Current);
                TellInteropNotFound(keys);
                break;
            default:
                Audit(AuditEvent.Refused, keys.Current);
                Tell(found.Outcome, found.Problem, keys);
                break;
        }
    }

    /// <summary>Decodes the value whole before anything of it goes out.</summary>
    private void WriteInterop(in OpenedEntry entry, EntryKeys keys)
    {
        object?[] output;
        try
        {
            output = InteropFormat.ReadValue(entry.Value, AsHashtable);
        }
        catch (MalformedValueException exception)
        {
            Refuse(exception.Message, keys);
            return;
        }

        foreach (object? item in output)
        {
            WriteObject(item);
        }
    }

    private void Refuse(string problem, EntryKeys keys)
    {
        Audit(AuditEvent.Refused, keys.Current);
        if (!KeepsEvidence)
        {
            WriteWarning(Sentences.Join("An entry does not decode.", problem, $"It was dropped ({keys.Current})."));
            EntryCache cache = InteropCache;
            Wait(stop => cache.RemoveAsync(keys, stop));
            WriteNotices(cache);
        }

        Tell(LookupOutcome.Malformed, problem, keys);
    }

    /// <summary>What was dropped is not there any more.</summary>
    private void Tell(LookupOutcome outcome, string? problem, EntryKeys keys)
    {
        if (KeepsEvidence)
        {
            TellInteropUnsound(outcome, problem, keys, isError: true);
        }
        else
        {
            TellInteropNotFound(keys);
        }
    }
}
