using CacheKit.CacheKeys;
using CacheKit.Conversion;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Statistics;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Execution;

namespace CacheKit.Commands;

/// <summary>The base of the cmdlets that run a block once and cache its result: how they do it.</summary>
public abstract partial class BlockCachingCommand : CachingCommand
{
    private readonly CallBatch<PendingCall> _batch = new();
    private EntryCache? _cache;

    // What is wrong with the entry that was decoded last.
    private string? _problem;

    /// <summary>Whether an entry that is not authentic ends the command, and stays where it is.</summary>
    private protected virtual bool KeepsEvidence => false;

    /// <summary>Which of the tenant's caches is used.</summary>
    private protected abstract CacheMode Mode { get; }

    /// <summary>Opens the cache; it stays open until the command ends.</summary>
    /// <exception cref="CacheKitException">The configuration is not usable.</exception>
    private protected abstract EntryCache OpenCache();

    /// <summary>Checks the parameters, and opens the cache.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Bypass)
        {
            return;
        }

        if (IsInterop && !IsGiven(nameof(ArgumentList)) && !MyInvocation.ExpectingInput && !HasInput)
        {
            WarnOfVariables();
        }

        try
        {
            _cache = OpenCache();
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, null));
        }
    }

    /// <summary>Answers from memory, from the store, or by running the block.</summary>
    protected override void ProcessRecord()
    {
        if (_cache is null)
        {
            CountBypassed();
            CallOf(InputObject, []).Run().Write();
        }
        else if (!MyInvocation.ExpectingInput)
        {
            AnswerNow(_cache, InputObject);
        }
        else
        {
            AnswerInBatches(_cache);
        }
    }

    /// <summary>Answers for the input objects that still wait.</summary>
    protected override void EndProcessing()
    {
        if (_cache is not null)
        {
            Flush(_cache);
        }
    }

    private void AnswerNow(EntryCache cache, object? input)
    {
        BeginCall();
        EntryKeys keys = KeysFor(cache, input);
        if (Refresh || !TryAnswerFromMemory(cache, keys, CallOutcome.MemoryHit))
        {
            Resolve(cache, keys, CallOf(input, []), isStoreAsked: Refresh);
        }
    }

    private void AnswerInBatches(EntryCache cache)
    {
        BeginCall();
        EntryKeys keys = KeysFor(cache, InputObject);
        if (_batch.IsEmpty && !Refresh && TryAnswerFromMemory(cache, keys, CallOutcome.MemoryHit))
        {
            return;
        }

        IReadOnlyList<KeyValuePair<string, object?>>? variables = CapturedVariables.TryRead(this, ScriptBlock, InputObject);
        if (_batch.Add(new PendingCall(InputObject, keys, variables ?? [])) || variables is null)
        {
            Flush(cache);
        }
    }

    private void Flush(EntryCache cache)
    {
        if (_batch.IsEmpty)
        {
            return;
        }

        PendingCall[] calls = _batch.TakeAll();
        LookupResult[] found = Refresh ? new LookupResult[calls.Length] : LookUp(cache, calls);
        try
        {
            for (int i = 0; i < calls.Length; i++)
            {
                Answer(cache, calls[i], ref found[i]);
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

    private LookupResult[] LookUp(EntryCache cache, PendingCall[] calls)
    {
        LookupResult[] found = new LookupResult[calls.Length];
        List<int> open = [];
        for (int i = 0; i < calls.Length; i++)
        {
            if (cache.TryGetLocal(calls[i].Keys, out OpenedEntry entry))
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
            EntryKeys[] keys = [.. open.Select(i => calls[i].Keys)];
            IReadOnlyList<LookupResult> stored = Wait(stop => cache.GetManyAsync(keys, keepEvidence, stop));
            for (int i = 0; i < open.Count; i++)
            {
                found[open[i]] = stored[i];
            }

            WriteNotices(cache);
        }

        return found;
    }

    private void Answer(EntryCache cache, PendingCall call, ref LookupResult found)
    {
        BeginCallOfBatch();
        RefuseUnlessSound(cache, found, call.Keys);
        if (found.Outcome == LookupOutcome.Hit && TryUnfold(found.Entry, call.Keys, out object?[] output))
        {
            Count(cache, found.IsLocal ? CallOutcome.MemoryHit : CallOutcome.StoreHit);
            found.Dispose();
            found = default;
            WriteVerbose($"Hit: {call.Keys.Current}.");
            WriteAll(output);
        }
        else if (!CapturedVariables.IsImmutable(call.Input) && KeysFor(cache, call.Input).Current.Id != call.Keys.Current.Id)
        {
            // It was changed while it waited: what the block would see now has another key.
            AnswerNow(cache, call.Input);
        }
        else
        {
            if (found.Outcome == LookupOutcome.Hit)
            {
                DropMalformed(cache, call.Keys);
            }

            bool haveChanged = CapturedVariables.HaveChanged(this, call.Variables);
            Resolve(cache, call.Keys, CallOf(call.Input, haveChanged ? call.Variables : []), isStoreAsked: true);
        }
    }

    private BlockCall CallOf(object? input, IReadOnlyList<KeyValuePair<string, object?>> variables)
    {
        List<KeyValuePair<string, object?>> all = [.. SilencedFailures.HiddenVariables(this, ScriptBlock), .. variables];
        if (NonZeroExitIsError)
        {
            // PowerShell's own way to make native commands count, from 7.4 on.
            all.Add(KeyValuePair.Create("PSNativeCommandUseErrorActionPreference", (object?)true));
        }

        object?[]? arguments = IsInterop && HasInput ? InteropIdentity.ArgumentsFor(ScriptBlock, input) : ArgumentList;
        return new BlockCall(this, ScriptBlock, arguments) { HasInput = HasInput, Input = input, Variables = all };
    }

    /// <summary>A block in a loop that reads the loop's variable would get the first result each time.</summary>
    private void WarnOfVariables()
    {
        if (InteropIdentity.FindForgotten(ScriptBlock) is { } variable)
        {
            WriteWarning(
                $"The block reads {variable}, which is no part of the key of '{Interop}': give it with -ArgumentList if the "
                + "result depends on it.");
        }
    }

    private EntryKeys KeysFor(EntryCache cache, object? input) => KeysFor(cache, ScriptBlock, input, trace: null);

    private bool TryAnswerFromMemory(EntryCache cache, EntryKeys keys, CallOutcome outcome)
    {
        if (!TryFindInMemory(cache, keys, out object?[] output))
        {
            return false;
        }

        Count(cache, outcome);
        WriteAll(output);
        return true;
    }

    private bool TryFindInMemory(EntryCache cache, EntryKeys keys, out object?[] output)
    {
        output = [];
        if (!cache.TryGetLocal(keys, out OpenedEntry entry))
        {
            return false;
        }

        using (entry)
        {
            // Looking up $VerbosePreference takes as long as decrypting the entry: here -Verbose alone counts.
            if (HasVerboseSwitch())
            {
                WriteVerbose($"Hit in memory: {keys.Current}.");
            }

            return TryUnfold(entry, keys, out output);
        }
    }

    /// <summary>Tells that an entry is opened, before anything of it is, and decodes it.</summary>
    private bool TryUnfold(in OpenedEntry entry, EntryKeys keys, out object?[] output)
    {
        if (IsAudited)
        {
            Audit(AuditEvent.Open, keys.SealedUnder(entry.Fingerprint));
        }

        return TryDecode(entry, out output);
    }

    /// <summary>Decodes what a block once wrote: whole, before the first object goes out.</summary>
    private bool TryDecode(in OpenedEntry entry, out object?[] output)
    {
        try
        {
            output = IsInterop
                ? InteropFormat.ReadValue(entry.Value, AsHashtable)
                : OutputFormat.Read(entry.Header.Serializer, entry.Value);
            return true;
        }
        catch (Core.Serialization.MalformedValueException exception)
        {
            _problem = exception.Message;
            output = [];
            return false;
        }
    }

    private void WriteAll(object?[] output)
    {
        foreach (object? item in output)
        {
            WriteObject(item);
        }
    }
}
