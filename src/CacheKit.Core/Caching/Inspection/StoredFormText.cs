using System.Globalization;
using System.Text;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Caching.Inspection;

/// <summary>Says in one sentence what stored bytes look like. Text of theirs is cut and cleaned first.</summary>
internal static class StoredFormText
{
    /// <summary>How much is shown of a fingerprint, in digits.</summary>
    private const int FingerprintDigits = 12;

    /// <summary>Describes a form.</summary>
    /// <param name="form">The form.</param>
    public static string Describe(StoredForm form) => form.Kind switch
    {
        StoredFormKind.Native => DescribeNative(form.Native!.Value),
        StoredFormKind.NativePlain =>
            $"Plain entry of this module, serializer {NameOf(form.Native!.Value.Serializer)}, not encrypted.",
        StoredFormKind.PythonFrame => form.Python is { } header
            ? DescribeHeader(header)
            : $"Python auto-mode entry {PythonFrameFaults.TextOf(form.PythonOutcome)}.",
        StoredFormKind.PythonLegacy => "Entry of an older Python SDK, as JSON, not encrypted.",
        StoredFormKind.FileContainer => DescribeContainer(form),
        StoredFormKind.StorageEnvelope => form.EnvelopeOutcome == EnvelopeOutcome.Success
            ? "Storage envelope, not encrypted: what TypeScript's auto mode stores."
            : $"Storage envelope, not encrypted, which {EnvelopeFaults.TextOf(form.EnvelopeOutcome)}.",
        StoredFormKind.MessagePack => "One MessagePack document: an interop entry that is not encrypted.",
        _ when form.IsTooShort => "Bytes of another program: too few for an encrypted entry.",
        _ => "A sealed interop entry, or bytes of another program.",
    };

    private static string DescribeNative(in EntryHeader header) =>
        $"Encrypted entry of this module, serializer {NameOf(header.Serializer)}, "
        + $"under the key {header.Fingerprint.ToString()[..FingerprintDigits]}...";

    private static string DescribeHeader(PythonHeader header)
    {
        string start = $"Python auto-mode entry, serializer {UntrustedText.Shown(header.Serializer)}, ";
        if (!header.Encrypted)
        {
            return start + "not encrypted.";
        }

        string tenant = header.TenantId is { } name
            ? $"encrypted for the tenant '{UntrustedText.Shown(name)}'"
            : "encrypted for a tenant that it does not name";
        string key = header.KeyFingerprint is { } fingerprint
            ? $" under the key {UntrustedText.Shown(fingerprint[..Math.Min(FingerprintDigits, fingerprint.Length)])}..."
            : " under a key that it does not name.";
        return start + tenant + key;
    }

    private static string DescribeContainer(StoredForm form)
    {
        if (form.Container is not { } container)
        {
            return "File of the file back end, with flags that this version does not know.";
        }

        string time = container switch
        {
            { ExpiresUnixSeconds: 0 } => "without an end",
            { Expires: { } end } when form.ContainerOutcome == FileContainerOutcome.Expired =>
                $"expired at {Format(end)}",
            { Expires: { } end } => $"until {Format(end)}",
            _ => "until a time beyond the calendar",
        };
        string content = form.Content!.Description;
        return $"File of the file back end, {time}, with this in it: {content}";
    }

    private static string Format(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture);

    private static string NameOf(SerializerKind serializer) => Encoding.ASCII.GetString(NativeFrame.NameOf(serializer));
}
