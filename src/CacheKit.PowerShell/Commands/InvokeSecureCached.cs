using System.Management.Automation;
using CacheKit.Binding;
using CacheKit.Conversion;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Serialization;
using CacheKit.Pipeline;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Returns the cached result of a block, or runs it once and caches its result encrypted.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "SecureCached", HelpUri = HelpPages.Folder + "Invoke-SecureCached.md")]
[OutputType(typeof(object))]
public sealed class InvokeSecureCachedCommand : CachingCommand
{
    private ImplicitSession? _session;

    /// <summary>Makes an entry that is not authentic an error, instead of a warning and another run of the block.</summary>
    [Parameter]
    public SwitchParameter FailClosed { get; set; }

    /// <summary>Checks the parameters, and opens the session.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Bypass)
        {
            return;
        }

        try
        {
            _session = ImplicitSession.Rent();
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, null));
        }

    }

    /// <summary>Answers from memory, from the store, or by running the block.</summary>
    protected override void ProcessRecord()
    {
        if (_session is null)
        {
            BlockOutput.Run(this, ScriptBlock, ArgumentList).WriteTo(this);
            return;
        }

        SecureCache cache = _session.Cache;
        EntryKeys keys = KeysFor(cache);
        if (Refresh || !(TryAnswerFromMemory(cache, keys) || TryAnswerFromStore(cache, keys)))
        {
            RunAndStore(cache, keys);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Interlocked.Exchange(ref _session, null)?.Dispose();
        }

        base.Dispose(disposing);
    }

    private EntryKeys KeysFor(SecureCache cache)
    {
        using SensitiveBuffer identity = SensitiveBuffer.Rent();
        bool holdsSecret = false;
        try
        {
            if (Key is not null)
            {
                EntryIdentity.WriteName(identity, Key);
            }
            else
            {
                holdsSecret = EntryIdentity.WriteBlock(identity, this, ScriptBlock, ArgumentList);
            }
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, ScriptBlock));
        }

        return cache.KeysFor(Namespace, identity.WrittenSpan, holdsSecret);
    }

    private bool TryAnswerFromMemory(SecureCache cache, EntryKeys keys)
    {
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

            return TryWriteEntry(entry);
        }
    }

    private bool TryAnswerFromStore(SecureCache cache, EntryKeys keys)
    {
        bool keepEvidence = FailClosed;
        using LookupResult result = Wait(stop => cache.GetAsync(keys, keepEvidence, stop));
        WriteNotices(cache);
        if (result.Outcome == LookupOutcome.NotAuthentic && FailClosed)
        {
            Refuse(
                ErrorIds.EntryNotAuthentic,
                "The entry is not authentic: it was altered, moved, or sealed under another key. It stays where it is, "
                + "and the block was not run.",
                "Find out who writes to the store; -Refresh replaces the entry.",
                keys.Current.ToString());
        }

        if (result.Outcome != LookupOutcome.Hit)
        {
            return false;
        }

        WriteVerbose($"Hit in the store: {keys.Current}.");
        if (TryWriteEntry(result.Entry))
        {
            return true;
        }

        WriteWarning($"An entry does not decode. It was dropped ({keys.Current}).");
        Wait(stop => cache.RemoveAsync(keys, stop));
        WriteNotices(cache);
        return false;
    }

    /// <summary>Writes what a block once wrote. It is decoded whole before the first object goes out.</summary>
    private bool TryWriteEntry(in OpenedEntry entry)
    {
        object?[] output;
        try
        {
            output = OutputFormat.Read(entry.Header.Serializer, entry.Value);
        }
        catch (MalformedValueException)
        {
            return false;
        }

        foreach (object? item in output)
        {
            WriteObject(item);
        }

        return true;
    }

    private void RunAndStore(SecureCache cache, EntryKeys keys)
    {
        WriteVerbose($"{(Refresh ? "Refresh" : "Miss")}: {keys.Current}.");
        BlockOutput output = BlockOutput.Run(this, ScriptBlock, ArgumentList);
        if (output.HasErrors)
        {
            WriteVerbose("The block wrote errors: its result is not cached.");
        }
        else if (TryResolveTtl(output, out TimeSpan lifetime))
        {
            Store(cache, keys, output, lifetime);
        }

        output.WriteTo(this);
    }

    private void Store(SecureCache cache, EntryKeys keys, BlockOutput output, TimeSpan lifetime)
    {
        SealedEntry? entry;
        SerializerKind kind = (SerializerKind)Serializer;
        try
        {
            using SensitiveBuffer value = SensitiveBuffer.Rent();
            OutputFormat.Write(value, output.Items, kind, ObjectWriter.DefaultDepth, CancellationToken.None);
            entry = cache.Seal(keys, Key, kind, value.WrittenSpan, lifetime);
        }
        catch (UnsupportedValueException exception)
        {
            WriteError(ErrorRecords.From(OutputFormat.Explain(exception, kind), null));
            return;
        }
        catch (CacheKitException failure)
        {
            WriteError(ErrorRecords.From(failure, null));
            return;
        }

        // What could not be kept must not leave the value before it in force.
        Wait(stop => entry is null ? cache.RemoveAsync(keys, stop) : cache.SetAsync(entry, stop));

        WriteNotices(cache);
    }

    private bool TryResolveTtl(BlockOutput output, out TimeSpan lifetime)
    {
        lifetime = Ttl.Duration;
        if (Ttl.Script is null)
        {
            return true;
        }

        if (output.TryComputeTtl(Ttl.Script, out lifetime))
        {
            return lifetime > TimeSpan.Zero;
        }

        CacheKitException failure = new(
            ErrorIds.TtlInvalid,
            $"The script block of -Ttl did not give a duration of at most {Ttl.Longest.TotalDays:0} days: the result is "
            + "not cached.",
            "Let it give seconds, text such as '5m' or a TimeSpan; zero or less means not to cache.");
        WriteError(ErrorRecords.From(failure, Ttl.Script));
        return false;
    }

    private void WriteNotices(SecureCache cache)
    {
        while (cache.TryTakeNotice(out string? notice))
        {
            WriteWarning(notice);
        }
    }
}
