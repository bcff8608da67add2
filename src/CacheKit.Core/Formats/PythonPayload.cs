using System.IO.Hashing;
using System.Text.RegularExpressions;
using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Formats;

/// <summary>
/// What the serializers of the Python SDK put around a value before it is encrypted (PROTOCOL sections 3.2 and 8).
/// Which of it is there follows from header and key, never from a look at the bytes.
/// </summary>
public static partial class PythonPayload
{
    /// <summary>XXH3-64 of what follows, big-endian.</summary>
    private const int ChecksumSize = sizeof(ulong);

    private const string MessagePackFormat = "msgpack";

    /// <summary>
    /// Whether the serializer that a header names writes the format that it names. Only the format is authenticated:
    /// whoever can write to the store chooses the other, and with it how authentic bytes would be read.
    /// </summary>
    /// <param name="header">The header.</param>
    public static bool IsOfSerializer(PythonHeader header) => header.Serializer switch
    {
        PythonHeader.DefaultSerializer => header.Format == MessagePackFormat,
        // These two call the format as themselves.
        PythonHeader.OrjsonSerializer or PythonHeader.ArrowSerializer => header.Format == header.Serializer,
        _ => false,
    };

    /// <summary>Takes envelope or checksum off.</summary>
    /// <param name="header">The header, whose format and flag are authentic, and of its serializer, by now.</param>
    /// <param name="key">The key of the entry in Python, whose end says whether JSON has a checksum.</param>
    /// <param name="payload">The payload in clear.</param>
    /// <param name="destination">Takes the serialized value; nothing is added to it unless all is well.</param>
    public static EnvelopeOutcome Unwrap(
        PythonHeader header, string key, ReadOnlySpan<byte> payload, SensitiveBuffer destination)
    {
        switch (header.Serializer)
        {
            case PythonHeader.DefaultSerializer when header.Compressed:
                return StorageEnvelope.Read(payload, destination);
            case PythonHeader.ArrowSerializer:
            case PythonHeader.OrjsonSerializer when HasIntegrity(key):
                return Verify(payload, destination);
            default:
                destination.Write(payload);
                return EnvelopeOutcome.Success;
        }
    }

    /// <summary>
    /// Whether the function that made a key checks the integrity of its values: the key ends in a flag and the code of
    /// the serializer. A key of the user's own, or a long one, does not say it, and the default is that it does.
    /// </summary>
    /// <param name="key">The key of the entry in Python.</param>
    public static bool HasIntegrity(string key) => !WithoutIntegrity().IsMatch(key);

    private static EnvelopeOutcome Verify(ReadOnlySpan<byte> payload, SensitiveBuffer destination)
    {
        if (payload.Length < ChecksumSize)
        {
            return EnvelopeOutcome.SizeValidationFailed;
        }

        Span<byte> actual = stackalloc byte[ChecksumSize];
        XxHash3.Hash(payload[ChecksumSize..], actual);
        if (!actual.SequenceEqual(payload[..ChecksumSize]))
        {
            return EnvelopeOutcome.ChecksumMismatch;
        }

        destination.Write(payload[ChecksumSize..]);
        return EnvelopeOutcome.Success;
    }

    [GeneratedRegex(@":0(?:[saowl]|x[0-9a-f]{4})\z", RegexOptions.CultureInvariant)]
    private static partial Regex WithoutIntegrity();
}
