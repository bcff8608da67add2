using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Serialization;

namespace CacheKit.Core.Caching.Inspection;

/// <summary>What stored bytes look like.</summary>
public enum StoredFormKind
{
    /// <summary>An encrypted entry of this module.</summary>
    Native,

    /// <summary>A plain entry of this module.</summary>
    NativePlain,

    /// <summary>An entry of Python's auto mode.</summary>
    PythonFrame,

    /// <summary>An entry that an older version of the Python SDK wrote.</summary>
    PythonLegacy,

    /// <summary>A file of the family's file back end, with any entry in it.</summary>
    FileContainer,

    /// <summary>A storage envelope: what TypeScript's auto mode stores without encryption.</summary>
    StorageEnvelope,

    /// <summary>One whole MessagePack document: an interop entry without encryption.</summary>
    MessagePack,

    /// <summary>Nothing of these: a sealed interop entry, or another program's bytes.</summary>
    Opaque,
}

/// <summary>
/// Recognizes stored bytes by their form, without a key. What it says is what they look like, not what they are: nobody
/// vouches for them, and a sealed interop entry may begin with any bytes.
/// </summary>
/// <param name="Kind">What they look like.</param>
public sealed record StoredForm(StoredFormKind Kind)
{
    private static readonly StoredForm s_opaque = new(StoredFormKind.Opaque);

    /// <summary>The header of a native entry, if it could be read.</summary>
    public EntryHeader? Native { get; private init; }

    /// <summary>The header of a Python frame, if it could be read.</summary>
    public PythonHeader? Python { get; private init; }

    /// <summary>How reading a Python frame ended.</summary>
    public PythonFrameOutcome PythonOutcome { get; private init; }

    /// <summary>How reading a file container ended.</summary>
    public FileContainerOutcome ContainerOutcome { get; private init; }

    /// <summary>The header of a file container, if this version knows it.</summary>
    public FileContainer? Container { get; private init; }

    /// <summary>How reading a storage envelope ended.</summary>
    public EnvelopeOutcome EnvelopeOutcome { get; private init; }

    /// <summary>What lies in a file container, if this version knows it.</summary>
    public StoredForm? Content { get; private init; }

    /// <summary>Whether there are too few bytes for anything that was sealed.</summary>
    public bool IsTooShort { get; private init; }

    /// <summary>What they look like, in one sentence; never a part of a value.</summary>
    public string Description => StoredFormText.Describe(this);

    /// <summary>Recognizes bytes.</summary>
    /// <param name="bytes">The bytes, untrusted.</param>
    /// <param name="now">The time, for the expiry of a file container.</param>
    public static StoredForm Recognize(ReadOnlyMemory<byte> bytes, DateTimeOffset now)
    {
        FileContainerOutcome outcome = FileContainer.Read(bytes.Span, now, out FileContainer? container);
        return outcome == FileContainerOutcome.NoContainer
            ? RecognizeContent(bytes)
            : new StoredForm(StoredFormKind.FileContainer)
            {
                ContainerOutcome = outcome,
                Container = container,
                Content = container is null ? null : RecognizeContent(bytes[FileContainer.HeaderSize..]),
            };
    }

    private static StoredForm RecognizeContent(ReadOnlyMemory<byte> bytes)
    {
        if (PythonFrame.HasStart(bytes.Span))
        {
            PythonFrameOutcome outcome = PythonFrame.Read(bytes, out PythonFrame? frame);
            return new StoredForm(StoredFormKind.PythonFrame) { PythonOutcome = outcome, Python = frame?.Header };
        }

        if (PythonLegacyEntry.IsOne(bytes.Span))
        {
            return new StoredForm(StoredFormKind.PythonLegacy);
        }

        return RecognizeNative(bytes.Span) ?? RecognizeEnvelope(bytes.Span) ?? RecognizeDocument(bytes.Span);
    }

    private static StoredForm? RecognizeNative(ReadOnlySpan<byte> bytes)
    {
        if (NativeFrame.TryReadStart(bytes, out EntryHeader header, out _))
        {
            return new StoredForm(StoredFormKind.Native) { Native = header };
        }

        using SensitiveBuffer content = SensitiveBuffer.Rent();
        return PlainFrame.TryRead(bytes, content, out header, out _, out _)
            ? new StoredForm(StoredFormKind.NativePlain) { Native = header }
            : null;
    }

    private static StoredForm? RecognizeEnvelope(ReadOnlySpan<byte> bytes)
    {
        using SensitiveBuffer content = SensitiveBuffer.Rent();
        EnvelopeOutcome outcome = StorageEnvelope.Read(bytes, content);
        return outcome == EnvelopeOutcome.DeserializationFailed
            ? null
            : new StoredForm(StoredFormKind.StorageEnvelope) { EnvelopeOutcome = outcome };
    }

    private static StoredForm RecognizeDocument(ReadOnlySpan<byte> bytes)
    {
        try
        {
            MessagePackScan.Check(bytes);
            return new StoredForm(StoredFormKind.MessagePack);
        }
        catch (MalformedValueException)
        {
            return s_opaque with { IsTooShort = bytes.Length < EntryCipher.Overhead };
        }
    }
}
