using System.Text.Json;

namespace CacheKit.Core.Tests.Support;

/// <summary>The published vectors of the family's encryption (tests/fixtures/vectors/encryption.json).</summary>
internal sealed record EncryptionVectors(
    IReadOnlyList<EncryptionVectors.Row> Rows,
    EncryptionVectors.KeyringPair Keyring,
    IReadOnlyList<EncryptionVectors.RejectedHex> MasterKeyHexReject,
    IReadOnlyList<EncryptionVectors.RejectedBytes> RawKeyReject)
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static EncryptionVectors All { get; } = Load();

    public static Row Find(string name) => All.Rows.Single(row => row.Name == name);

    private static EncryptionVectors Load()
    {
        using FileStream file = File.OpenRead(Fixtures.PathOf("vectors/encryption.json"));
        return JsonSerializer.Deserialize<EncryptionVectors>(file, s_options)!;
    }

    internal sealed record Row(
        string Name,
        string MasterKeyHex,
        string TenantId,
        string CacheKey,
        string Format,
        bool Compressed,
        string? OriginalType,
        string DerivedKeyHex,
        string DerivedKeyFingerprintHex,
        string AadHex,
        string NonceHex,
        string PlaintextHex,
        string CiphertextHex);

    internal sealed record KeyringPair(string TenantId, string Current, IReadOnlyList<string> Previous);

    internal sealed record RejectedHex(string Name, string Value);

    internal sealed record RejectedBytes(string Name, string Hex);
}
