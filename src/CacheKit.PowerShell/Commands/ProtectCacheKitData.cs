using System.Management.Automation;
using CacheKit.CacheKeys;
using CacheKit.Conversion;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Execution;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>Encrypts objects to bytes, without a store.</summary>
[Cmdlet(VerbsSecurity.Protect, "CacheKitData", HelpUri = HelpPages.Folder + "Protect-CacheKitData.md")]
[OutputType(typeof(byte[]))]
public sealed class ProtectCacheKitDataCommand : SessionCommand
{
    private ByteCollector? _bytes;
    private DataProtector? _protector;

    /// <summary>An object: whatever Invoke-SecureCached can keep.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? InputObject { get; set; }

    /// <summary>How it is written before it is encrypted.</summary>
    [Parameter]
    public Serializer Serializer { get; set; }

    /// <summary>How deep objects of types that are not kept as such are looked into, as in Export-Clixml.</summary>
    [Parameter]
    [ValidateRange(0, 64)]
    public int Depth { get; set; } = 2;

    /// <summary>Does not compress the value, for those who mix secrets with text that others choose.</summary>
    [Parameter]
    public SwitchParameter NoCompression { get; set; }

    /// <summary>What opening takes beside the master key: data protected with a key opens with it alone.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowNull]
    public string? Key { get; set; }

    private protected override void Begin()
    {
        base.Begin();
        _bytes = Context.Keep(new ByteCollector());
        if (IsGiven(nameof(Key)))
        {
            DataKey.Check(Key);
        }

        _protector = new DataProtector(Rent(CacheMode.Secure).Ring, TimeProvider.System);
    }

    private protected override void Process()
    {
        if (MyInvocation.ExpectingInput && InputObject?.BaseObject is byte single)
        {
            _bytes!.Add(single);
            return;
        }

        Flush();
        Protect(InputObject);
    }

    private protected override void End() => Flush();

    private void Flush()
    {
        if (_bytes!.Take() is { } bytes)
        {
            Protect(PSObject.AsPSObject(bytes));
        }
    }

    private void Protect(PSObject? value)
    {
        SerializerKind serializer = (SerializerKind)Serializer;
        using SensitiveBuffer document = SensitiveBuffer.Rent();
        try
        {
            OutputFormat.WriteOrExplain(document, [value], serializer, Depth, Context.StopToken);
        }
        catch (CacheKitException failure)
        {
            Context.WriteError(failure);
            return;
        }

        using SensitiveBuffer identity = EntryIdentity.OfProtected(Key);
        Context.Audit(AuditEvent.Seal, _protector!.KeysFor(identity.WrittenSpan).Current);
        byte[] frame = _protector.Protect(
            identity.WrittenSpan, serializer, document.WrittenSpan, compress: !NoCompression);
        WriteObject(frame, enumerateCollection: false);
    }
}
