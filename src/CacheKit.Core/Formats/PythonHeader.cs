using System.Text.Json;
using System.Text.Unicode;

namespace CacheKit.Core.Formats;

/// <summary>
/// The header of a frame of the Python SDK (PROTOCOL section 6). Nothing vouches for it: of an encrypted frame, tenant,
/// format, compressed and original type are authenticated when it opens, and the rest never is.
/// </summary>
/// <param name="Serializer">The canonical name of what wrote the payload: aliases are resolved.</param>
/// <param name="Format">The format of the payload: <c>msgpack</c>, <c>orjson</c>, <c>arrow</c> or another.</param>
public sealed record PythonHeader(string Serializer, string Format)
{
    /// <summary>The serializer of plain MessagePack.</summary>
    public const string DefaultSerializer = "default";

    /// <summary>The serializer of JSON.</summary>
    public const string OrjsonSerializer = "orjson";

    /// <summary>The serializer of tables.</summary>
    public const string ArrowSerializer = "arrow";

    /// <summary>The serializer of values that only Python has.</summary>
    public const string AutoSerializer = "auto";

    /// <summary>The longest header that is read, in bytes: 64 KiB. Python writes a few hundred.</summary>
    public const int LongestSize = 64 * 1024;

    /// <summary>The header is an object of text and one object of text and flags.</summary>
    private const int DeepestNesting = 8;

    private const string DefaultEncoding = "utf-8";

    /// <summary>The encoding of text in the payload.</summary>
    public string Encoding { get; init; } = DefaultEncoding;

    /// <summary>Whether the clear payload is a storage envelope, or a table with its own compression.</summary>
    public bool Compressed { get; init; }

    /// <summary>What the payload was in Python, or null.</summary>
    public string? OriginalType { get; init; }

    /// <summary>Whether the payload is encrypted.</summary>
    public bool Encrypted { get; init; }

    /// <summary>The tenant whose key encrypted it, or null.</summary>
    public string? TenantId { get; init; }

    /// <summary>How it is encrypted, or null.</summary>
    public string? EncryptionAlgorithm { get; init; }

    /// <summary>The fingerprint of the tenant's key in 32 hexadecimal digits, or null; untrusted text.</summary>
    public string? KeyFingerprint { get; init; }

    /// <summary>Reads a header.</summary>
    /// <param name="json">Its bytes, untrusted.</param>
    /// <returns>Null when they are not one: too long, not UTF-8 or JSON, or a member has another type.</returns>
    public static PythonHeader? TryRead(ReadOnlyMemory<byte> json)
    {
        // The parser itself would look at text only when it is asked for.
        if (json.Length > LongestSize || !Utf8.IsValid(json.Span))
        {
            return null;
        }

        try
        {
            using JsonDocument document =
                JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DeepestNesting });
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON; or a member that has another type, or half of a surrogate pair.
            return null;
        }
    }

    private static PythonHeader? Read(JsonElement root)
    {
        if (TextOf(root, "s") is not { } serializer
            || !root.TryGetProperty("m", out JsonElement metadata)
            || TextOf(metadata, "format") is not { } format)
        {
            return null;
        }

        return new PythonHeader(CanonicalName(serializer), format)
        {
            Encoding = TextOf(metadata, "encoding") ?? DefaultEncoding,
            Compressed = FlagOf(metadata, "compressed"),
            OriginalType = TextOf(metadata, "original_type"),
            Encrypted = FlagOf(metadata, "encrypted"),
            TenantId = TextOf(metadata, "tenant_id"),
            EncryptionAlgorithm = TextOf(metadata, "encryption_algorithm"),
            KeyFingerprint = TextOf(metadata, "key_fingerprint"),
        };
    }

    private static string CanonicalName(string serializer) => serializer switch
    {
        "std" or "standard" => DefaultSerializer,
        "pythonic" => AutoSerializer,
        _ => serializer,
    };

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement member) ? member.GetString() : null;

    private static bool FlagOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement member) && member.GetBoolean();
}
