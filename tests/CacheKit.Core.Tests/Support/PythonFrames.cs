using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Tests.Support;

/// <summary>
/// Frames as the Python SDK writes them, built of the platform's primitives by the words of PROTOCOL sections 2, 3 and
/// 6: nothing of ours but the storage envelope takes part.
/// </summary>
internal sealed record PythonFrames(string Serializer, string Format, bool Compressed, string? OriginalType)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private static readonly JsonSerializerOptions s_unescaped = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static PythonFrames Default { get; } = new("default", "msgpack", Compressed: true, "msgpack");

    public static PythonFrames DefaultPlain { get; } = new("default", "msgpack", Compressed: false, "msgpack");

    public static PythonFrames Orjson { get; } = new("orjson", "orjson", Compressed: false, "orjson");

    public static PythonFrames Arrow { get; } = new("arrow", "arrow", Compressed: false, "arrow");

    /// <summary>The tenant that the header names.</summary>
    public string? Tenant { get; init; } = "acme";

    /// <summary>Which master key sealed it: 32 bytes of this.</summary>
    public byte Master { get; init; } = 1;

    public bool NamesKey { get; init; } = true;

    public bool SaysEncrypted { get; init; } = true;

    /// <summary>The fingerprint that the header names in place of the right one.</summary>
    public string? Fingerprint { get; init; }

    public static byte[] Envelope(byte[] content)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        StorageEnvelope.TryWrite(content, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    public static byte[] Checksummed(byte[] value) => [.. XxHash3.Hash(value), .. value];

    /// <summary>The bytes around a payload: magic, version, length and header.</summary>
    public static byte[] Frame(string header, byte[] payload)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] size = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(size, (uint)json.Length);
        return [.. "CK\u0003"u8, .. size, .. json, .. payload];
    }

    /// <summary>A frame whose payload is sealed for a key.</summary>
    public byte[] Seal(string key, byte[] payload) => Frame(Header(), SealedPayload(key, payload));

    /// <summary>What is sealed is bound to this; what a header says may be something else.</summary>
    public byte[] SealedPayload(string key, byte[] payload)
    {
        List<byte> associatedData = [3];
        foreach (string part in (string[])[Tenant!, key, Format, Compressed ? "True" : "False", .. Optional()])
        {
            byte[] size = new byte[sizeof(uint)];
            byte[] text = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteUInt32BigEndian(size, (uint)text.Length);
            associatedData.AddRange([.. size, .. text]);
        }

        byte[] nonce = RandomNumberGenerator.GetBytes(NonceSize);
        byte[] ciphertext = new byte[payload.Length];
        byte[] tag = new byte[TagSize];
        using AesGcm aes = new(DerivedKey(), TagSize);
        aes.Encrypt(nonce, payload, ciphertext, tag, associatedData.ToArray());
        return [.. nonce, .. ciphertext, .. tag];
    }

    /// <summary>The header as Python's json.dumps writes it.</summary>
    public string Header()
    {
        string encryption = SaysEncrypted
            ? $", \"encrypted\": true, \"tenant_id\": {Json(Tenant)}, \"encryption_algorithm\": \"AES-256-GCM\", "
                + $"\"key_fingerprint\": {Json(NamesKey ? Fingerprint ?? RightFingerprint() : null)}"
            : "";
        return $"{{\"s\": {Json(Serializer)}, \"m\": {{\"format\": {Json(Format)}, \"encoding\": \"utf-8\", "
            + $"\"compressed\": {(Compressed ? "true" : "false")}, \"original_type\": {Json(OriginalType)}"
            + encryption
            + "}, \"v\": \"2.0\"}";
    }

    private string[] Optional() => OriginalType is null ? [] : [OriginalType];

    private byte[] DerivedKey()
    {
        byte[] tenant = Encoding.UTF8.GetBytes(Tenant!);
        byte[] salt =
        [
            .. "cachekit_v1_"u8, 10, .. "encryption"u8,
            (byte)(tenant.Length / 256), (byte)(tenant.Length % 256), .. tenant,
        ];
        byte[] master = new byte[32];
        master.AsSpan().Fill(Master);
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, master, 32, salt, "encryption"u8.ToArray());
    }

    private string? RightFingerprint() => Tenant is null
        ? null
        : Convert.ToHexStringLower(SHA256.HashData([.. "key_fingerprint_v1"u8, .. DerivedKey()])[..16]);

    private static string Json(string? text) => JsonSerializer.Serialize(text, s_unescaped);
}
