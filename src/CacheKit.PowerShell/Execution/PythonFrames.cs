using CacheKit.Conversion;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Serialization;
using CacheKit.Parameters;
using Frame = CacheKit.Core.Formats.PythonFrame;

namespace CacheKit.Execution;

/// <summary>Opens entries of the Python SDK's auto mode (docs/formats.md).</summary>
/// <param name="context">The cmdlet.</param>
/// <param name="ring">The keys of the tenant.</param>
/// <param name="tenant">The tenant.</param>
internal sealed class PythonFrames(CommandContext context, TenantKeyRing ring, string tenant)
{
    /// <summary>Begins what the default Redis provider of Python puts before a key: this, tenant and colon.</summary>
    private const string TenantPrefix = "t:";

    /// <summary>Opens an entry. One that cannot be opened is an error.</summary>
    /// <param name="bytes">The bytes of the store.</param>
    /// <param name="key">The key of the cache in Python.</param>
    /// <returns>Its objects; none where it cannot be opened.</returns>
    public object?[] Open(byte[] bytes, string? key)
    {
        if (DataKey.ProblemOf(key, "Give the key of the cache in Python as -Key.") is { } problem)
        {
            context.WriteError(problem);
            return [];
        }

        EntryKeys keys = new PythonFrameOpener(ring).KeysFor(key!);
        try
        {
            ReadOnlyMemory<byte> content = TakeContainerOff(bytes);
            return Open(key!, ReadFrame(content), content.Span, keys);
        }
        catch (CacheKitException failure)
        {
            context.Audit(AuditEvent.Refused, keys.Current);
            context.WriteError(failure);
            return [];
        }
    }

    /// <summary>A file of the file back end has the frame in it.</summary>
    private ReadOnlyMemory<byte> TakeContainerOff(byte[] bytes)
    {
        switch (FileContainer.Read(bytes, DateTimeOffset.UtcNow, out _))
        {
            case FileContainerOutcome.NoContainer:
                return bytes;
            case FileContainerOutcome.Unknown:
                throw Invalid(
                    "The file has flags that this version does not know.", "Open it with a version that knows them.");
            case FileContainerOutcome.Expired:
                context.Cmdlet.WriteWarning("The time of the file is over. It is opened all the same.");
                break;
        }

        return bytes.AsMemory(FileContainer.HeaderSize);
    }

    private static Frame ReadFrame(ReadOnlyMemory<byte> content)
    {
        PythonFrameOutcome outcome = Frame.Read(content, out Frame? frame);
        if (outcome == PythonFrameOutcome.Legacy && PythonLegacyEntry.IsOne(content.Span))
        {
            throw NotEncrypted("The entry is of an older Python SDK, which did not encrypt it");
        }

        if (frame is null)
        {
            throw outcome is PythonFrameOutcome.NoFrame or PythonFrameOutcome.Legacy
                ? Invalid(
                    "The data is no frame of the Python SDK.",
                    "Get-CacheKitEntry -Raw tells what it looks like; protected data opens without -PythonFrame.")
                : Invalid(
                    $"The data is a frame of the Python SDK {PythonFrameFaults.TextOf(outcome)}.",
                    "Give the bytes as they were stored.");
        }

        PythonHeader header = frame.Header;
        if (!header.Encrypted)
        {
            throw NotEncrypted("The frame says that it is not encrypted");
        }

        if (string.IsNullOrEmpty(header.TenantId))
        {
            throw Invalid(
                "The frame is suspicious: it says that it is encrypted, but not for which tenant.",
                "Find out who writes to the store, and let Python replace the entry.");
        }

        return PythonValue.CanRead(header.Serializer) ? frame : throw Unsupported(header.Serializer);
    }

    private object?[] Open(string key, Frame frame, ReadOnlySpan<byte> content, EntryKeys keys)
    {
        PythonHeader header = frame.Header;
        if (header.KeyFingerprint is null)
        {
            context.Cmdlet.WriteWarning(
                "The frame does not name its key. The key that encrypts in this session is tried, and no other.");
        }

        using SensitiveBuffer payload = SensitiveBuffer.Rent();
        PythonOpenOutcome outcome = new PythonFrameOpener(ring)
            .Open(key, frame, content, payload, out KeyFingerprint fingerprint);
        if (outcome != PythonOpenOutcome.Opened)
        {
            throw Refused(outcome, header, key);
        }

        // Before anything of it is decoded.
        context.Audit(AuditEvent.Open, keys.SealedUnder(fingerprint));
        using SensitiveBuffer value = SensitiveBuffer.Rent(payload.Length);
        return Decode(header, key, payload, value);
    }

    private static object?[] Decode(PythonHeader header, string key, SensitiveBuffer payload, SensitiveBuffer value)
    {
        if (!PythonPayload.IsOfSerializer(header))
        {
            throw Malformed("its header names a serializer that does not write this format");
        }

        EnvelopeOutcome outcome = PythonPayload.Unwrap(header, key, payload.WrittenSpan, value);
        if (outcome != EnvelopeOutcome.Success)
        {
            string part = header.Serializer == PythonHeader.DefaultSerializer ? "storage envelope" : "value";
            throw Malformed($"the {part} in it {EnvelopeFaults.TextOf(outcome)}");
        }

        try
        {
            return PythonValue.Read(header.Serializer, value.WrittenMemory);
        }
        catch (MalformedValueException)
        {
            throw Malformed("its value does not decode");
        }
    }

    private CacheKitException Refused(PythonOpenOutcome outcome, PythonHeader header, string key)
    {
        return outcome switch
        {
            PythonOpenOutcome.OtherTenant => new CacheKitException(
                ErrorIds.PythonFrameTenantMismatch,
                $"The frame is of the tenant '{UntrustedText.Shown(header.TenantId!)}', and this call is for "
                + $"'{tenant}'. Nothing was opened.",
                "Give the -Tenant that Python has, if this entry may be of that one."),
            PythonOpenOutcome.KeyUnknown => new CacheKitException(
                ErrorIds.PythonFrameKeyUnknown,
                $"The frame is sealed under the key {UntrustedText.Shown(header.KeyFingerprint!)}, which is none of "
                + $"the tenant '{tenant}' in this session. Nothing was opened.",
                "Give New-CacheKitSession the master key of that fingerprint, with -MasterKey or -PreviousMasterKey."),
            _ => new CacheKitException(
                ErrorIds.DataNotAuthentic,
                "The frame is not authentic: it was altered or cut off, or sealed for another -Key or under another "
                + "master key.",
                key.StartsWith(TenantPrefix, StringComparison.Ordinal)
                    ? "Give -Key without the prefix t:(tenant): that Python's default Redis provider puts before it."
                    : "Give the bytes as they were, with the key of the cache in Python as -Key."),
        };
    }

    private static CacheKitException Invalid(string message, string recommendedAction) =>
        new(ErrorIds.PythonFrameInvalid, message, recommendedAction);

    private static CacheKitException NotEncrypted(string start) => new(
        ErrorIds.PythonFrameNotEncrypted,
        $"{start}, so that whoever can write to the store may have made it. Nothing of it is returned.",
        "Let Python encrypt its entries; Get-CacheKitEntry -Raw shows what the frame says of itself.");

    private static CacheKitException Unsupported(string serializer) => new(
        ErrorIds.PythonSerializerUnsupported,
        $"The frame was written by the serializer '{UntrustedText.Shown(serializer)}', which only Python reads.",
        "Let Python use the serializer default, orjson or arrow; interop mode is for what several languages share.");

    private static CacheKitException Malformed(string problem) => new(
        ErrorIds.EntryMalformed, $"The frame is authentic, but {problem}.", "Let Python write the entry again.");
}
