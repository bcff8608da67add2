using System.Management.Automation;
using CacheKit.CacheKeys;
using CacheKit.Conversion;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Serialization;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>Decrypts what Protect-CacheKitData, or the Python SDK, has encrypted.</summary>
[Cmdlet(
    VerbsSecurity.Unprotect,
    "CacheKitData",
    DefaultParameterSetName = ParameterSets.Data,
    HelpUri = HelpPages.Folder + "Unprotect-CacheKitData.md")]
[OutputType(typeof(object))]
public sealed class UnprotectCacheKitDataCommand : SessionCommand
{
    private ByteCollector? _bytes;
    private DataProtector? _protector;
    private PythonFrames? _frames;
    private bool _comesWithKey;

    /// <summary>The bytes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Data)]
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = ParameterSets.PythonFrame)]
    [AllowEmptyCollection]
    public byte[] Data { get; set; } = [];

    /// <summary>What the data was protected with; of a Python frame, the key of the cache there.</summary>
    [Parameter(ParameterSetName = ParameterSets.Data)]
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.PythonFrame)]
    [AllowEmptyString]
    [AllowNull]
    public string? Key { get; set; }

    /// <summary>Opens an entry of the Python SDK's auto mode.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.PythonFrame)]
    public SwitchParameter PythonFrame { get; set; }

    private protected override void Begin()
    {
        base.Begin();
        _bytes = Context.Keep(new ByteCollector());
        if (IsGiven(nameof(Key)))
        {
            DataKey.Check(Key);
        }

        _comesWithKey = PythonFrame && !IsGiven(nameof(Key));
        TenantKeyRing ring = Rent(CacheMode.Secure).Ring;
        _protector = new DataProtector(ring, TimeProvider.System);
        _frames = new PythonFrames(Context, ring, InForce.Tenant);
    }

    private protected override void Process()
    {
        // No protected data is that short, and bytes that come one by one have no key of their own.
        if (MyInvocation.ExpectingInput && Data is [byte single] && !_comesWithKey)
        {
            _bytes!.Add(single);
            return;
        }

        Flush();
        Open(Data);
    }

    private protected override void End() => Flush();

    private void Flush()
    {
        if (_bytes!.Take() is { } bytes)
        {
            Open(bytes);
        }
    }

    private void Open(byte[] bytes)
    {
        if (!PythonFrame)
        {
            Unprotect(bytes);
            return;
        }

        foreach (object? item in _frames!.Open(bytes, Key))
        {
            WriteObject(item);
        }
    }

    private void Unprotect(byte[] bytes)
    {
        using SensitiveBuffer identity = EntryIdentity.OfProtected(Key);
        EntryKeys keys = _protector!.KeysFor(identity.WrittenSpan);
        EntryCondition condition = _protector.Unprotect(identity.WrittenSpan, bytes, out OpenedEntry entry);
        object?[] output = [];
        using (entry)
        {
            if (condition == EntryCondition.Sound && Context.IsAudited)
            {
                // Before anything of it is decoded.
                Context.Audit(AuditEvent.Open, keys.SealedUnder(entry.Fingerprint));
            }

            if (condition == EntryCondition.Sound && !TryDecode(entry, out output))
            {
                condition = EntryCondition.Malformed;
            }
        }

        if (condition != EntryCondition.Sound)
        {
            Context.Audit(AuditEvent.Refused, keys.Current);
            Tell(condition);
            return;
        }

        foreach (object? item in output)
        {
            WriteObject(item);
        }
    }

    private static bool TryDecode(in OpenedEntry entry, out object?[] output)
    {
        try
        {
            output = OutputFormat.Read(entry.Header.Serializer, entry.Value);
            return true;
        }
        catch (MalformedValueException)
        {
            output = [];
            return false;
        }
    }

    private void Tell(EntryCondition condition)
    {
        CacheKitException failure = condition == EntryCondition.NotAuthentic
            ? new CacheKitException(
                ErrorIds.DataNotAuthentic,
                "The data is not authentic: it was altered or cut off, or protected with another -Key, for another "
                + "tenant or under another master key.",
                "Give the bytes as they were, with the -Key, -Tenant and master key that protected them.")
            : new CacheKitException(
                ErrorIds.EntryMalformed,
                "The data is authentic, but does not decode.",
                "Protect the object again.");
        Context.WriteError(failure);
    }
}
