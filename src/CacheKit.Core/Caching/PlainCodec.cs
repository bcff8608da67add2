using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;

namespace CacheKit.Core.Caching;

/// <summary>
/// Entries of public data: checked for damage, but neither encrypted nor authenticated. Their keys and their form
/// differ from those of encrypted entries, so that neither is ever taken for the other (docs/formats.md).
/// </summary>
/// <param name="tenant">Whose entries they are. Nothing but their ids keeps tenants apart here.</param>
internal sealed class PlainCodec(string tenant) : IEntryCodec
{
    private readonly string? _tenant = tenant == TenantKeyDerivation.DefaultTenant ? null : tenant;

    /// <inheritdoc/>
    public CacheMode Mode => CacheMode.Plain;

    /// <inheritdoc/>
    public TenantKeyRing? Ring => null;

    /// <inheritdoc/>
    public bool HasTimes => true;

    /// <inheritdoc/>
    public EntryKeys KeysFor(string @namespace, ReadOnlySpan<byte> identity, bool holdsSecret) => holdsSecret
        // The hash of a guessable secret tells the secret.
        ? throw new ArgumentException("A plain key must not be made of a secret.", nameof(holdsSecret))
        : new EntryKeys(EntryKey.ForPlain(@namespace, identity, _tenant), [], default);

    /// <inheritdoc/>
    public byte[]? Seal(EntryKeys keys, string? name, ReadOnlySpan<byte> value, in EntryHeader header, bool compress) =>
        PlainFrame.Write(header, name, value);

    /// <inheritdoc/>
    public OpenOutcome Open(in EntryKey key, ReadOnlyMemory<byte> frame, out OpenedEntry entry)
    {
        entry = default;
        SensitiveBuffer content = SensitiveBuffer.Rent();
        if (!PlainFrame.TryRead(frame.Span, content, out EntryHeader header, out int nameStart, out int valueStart))
        {
            content.Dispose();
            return OpenOutcome.Malformed;
        }

        entry = new OpenedEntry(content, valueStart, header, nameStart);
        return OpenOutcome.Opened;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
