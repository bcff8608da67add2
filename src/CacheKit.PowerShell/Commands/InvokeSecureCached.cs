using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;
using CacheKit.Binding;
using CacheKit.Completion;
using CacheKit.Conversion;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Serialization;
using CacheKit.Pipeline;
using CacheKit.Sessions;
using CacheKit.Transformation;

namespace CacheKit.Commands;

/// <summary>Returns the cached result of a block, or runs it once and caches its result encrypted.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "SecureCached", HelpUri = HelpPages.Folder + "Invoke-SecureCached.md")]
[OutputType(typeof(object))]
public sealed partial class InvokeSecureCachedCommand : CacheKitCommand
{
    private const string DefaultNamespace = "main";
    private const int LongestKey = 1024;

    private ImplicitSession? _session;

    /// <summary>The block: run when there is no fresh entry.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>How long its result is fresh; 300 seconds unless given.</summary>
    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public Ttl Ttl { get; set; } = Ttl.Default;

    /// <summary>The arguments of the block; they are part of a derived key.</summary>
    [Parameter]
    [Alias("Args")]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ArgumentList { get; set; }

    /// <summary>The name of the entry, in place of a derived key.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public string? Key { get; set; }

    /// <summary>The part of the cache to use; readable to the storage.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string Namespace { get; set; } = DefaultNamespace;

    /// <summary>Runs the block in any case, and stores its result.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>Runs the block without the cache.</summary>
    [Parameter]
    public SwitchParameter Bypass { get; set; }

    /// <summary>Makes an entry that is not authentic an error, instead of a warning and another run of the block.</summary>
    [Parameter]
    public SwitchParameter FailClosed { get; set; }

    /// <summary>Checks the parameters, and opens the session.</summary>
    protected override void BeginProcessing()
    {
        CheckParameters();
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

        NamespaceCompleter.Remember(Namespace);
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

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamespaceForm();

    private void CheckParameters()
    {
        if (Ttl.Problem is { } problem)
        {
            Refuse(ErrorIds.TtlInvalid, $"The TTL cannot be used: {problem}.", "Try -Ttl 300 or -Ttl 5m.", Ttl.Input);
        }

        if (Refresh && Bypass)
        {
            Refuse(
                ErrorIds.ParameterConflict,
                "-Refresh stores the result and -Bypass does not: they cannot be given together.",
                "Give one of them.",
                null);
        }

        if (!ReferenceEquals(Namespace, DefaultNamespace) && (Namespace is null || !NamespaceForm().IsMatch(Namespace)))
        {
            Refuse(
                ErrorIds.NamespaceInvalid,
                "A namespace is 1 to 64 letters (A-Z), digits, dots, hyphens and underscores.",
                "Give another -Namespace, or put what varies into -Key.",
                Namespace);
        }

        if (MyInvocation.BoundParameters.ContainsKey(nameof(Key))
            && (string.IsNullOrWhiteSpace(Key) || Encoding.UTF8.GetByteCount(Key) > LongestKey))
        {
            Refuse(
                ErrorIds.KeyInvalid,
                $"A key is text of 1 to {LongestKey} bytes, and not only white space.",
                "Give another -Key, or none to have it derived from the block.",
                Key);
        }
    }

    private void Refuse(string errorId, string message, string advice, object? target) =>
        ThrowTerminatingError(ErrorRecords.From(new CacheKitException(errorId, message, advice), target));

    private EntryKeys KeysFor(SecureCache cache)
    {
        using SensitiveBuffer identity = SensitiveBuffer.Rent();
        try
        {
            if (Key is not null)
            {
                EntryIdentity.WriteName(identity, Key);
            }
            else
            {
                EntryIdentity.WriteBlock(identity, this, ScriptBlock, ArgumentList);
            }
        }
        catch (CacheKitException failure)
        {
            ThrowTerminatingError(ErrorRecords.From(failure, ScriptBlock));
        }

        return cache.KeysFor(Namespace, identity.WrittenSpan);
    }

    private bool TryAnswerFromMemory(SecureCache cache, EntryKeys keys)
    {
        if (!cache.TryGetLocal(keys, out OpenedEntry entry))
        {
            return false;
        }

        using (entry)
        {
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

        if (result.Outcome != LookupOutcome.Hit || TryWriteEntry(result.Entry))
        {
            return result.Outcome == LookupOutcome.Hit;
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
            output = OutputFormat.Read(entry.Value);
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
        try
        {
            using SensitiveBuffer value = SensitiveBuffer.Rent();
            OutputFormat.Write(value, output.Items);
            entry = cache.Seal(keys, Key, SerializerKind.PowerShell, value.WrittenSpan, lifetime);
        }
        catch (UnsupportedValueException exception)
        {
            WriteError(ErrorRecords.From(OutputFormat.Explain(exception), null));
            return;
        }

        if (entry is not null)
        {
            Wait(stop => cache.SetAsync(entry, stop));
        }

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
