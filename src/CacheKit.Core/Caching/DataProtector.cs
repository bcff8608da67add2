using CacheKit.Core.Formats;
using CacheKit.Core.Keys;

namespace CacheKit.Core.Caching;

/// <summary>
/// Seals values that no store keeps: the caller has their bytes, and they never expire (docs/formats.md).
/// </summary>
/// <param name="keys">The tenant's keys, which stay the caller's.</param>
/// <param name="clock">The clock.</param>
public sealed class DataProtector(TenantKeyRing keys, TimeProvider clock)
{
    /// <summary>The namespace in the key that protected data is bound to. Nothing lies there.</summary>
    private const string ProtectedNamespace = "protected";

    /// <summary>Seals a value.</summary>
    /// <param name="identity">What opening it takes beside the keys; no identity of an entry begins like it.</param>
    /// <param name="serializer">How the value is written.</param>
    /// <param name="value">The serialized value; not needed any more when this returns.</param>
    /// <param name="compress">Whether a large value may be compressed.</param>
    /// <returns>A native frame whose times to live are zero: as an entry of a cache it would be over.</returns>
    public byte[] Protect(
        ReadOnlySpan<byte> identity, SerializerKind serializer, ReadOnlySpan<byte> value, bool compress)
    {
        EntryKeys place = KeysFor(identity);
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return NativeCodec.Seal(
            place.Current,
            place.Digest,
            name: null,
            value,
            new EntryHeader(default, now, FreshForMs: 0, KeepForMs: 0, serializer, Compressed: false),
            compress);
    }

    /// <summary>Opens what <see cref="Protect"/> made, under whichever key of the ring sealed it.</summary>
    /// <param name="identity">What it was sealed with.</param>
    /// <param name="frame">Its bytes, untrusted.</param>
    /// <param name="entry">The value, to be disposed by the caller.</param>
    /// <returns>Whether it is there, and sound.</returns>
    public EntryCondition Unprotect(ReadOnlySpan<byte> identity, ReadOnlyMemory<byte> frame, out OpenedEntry entry)
    {
        entry = default;
        EntryKeys place = KeysFor(identity);
        foreach (EntryKey key in (EntryKey[])[place.Current, .. place.Previous])
        {
            // Only the key whose fingerprint the frame tells gets as far as opening it.
            if (NativeCodec.Open(key, frame, out entry) is var outcome and not OpenOutcome.NotAuthentic)
            {
                return outcome == OpenOutcome.Opened ? EntryCondition.Sound : EntryCondition.Malformed;
            }
        }

        return EntryCondition.NotAuthentic;
    }

    /// <summary>The place that protected data is bound to: its key is part of what is authenticated.</summary>
    /// <param name="identity">As in <see cref="Protect"/>.</param>
    public EntryKeys KeysFor(ReadOnlySpan<byte> identity) =>
        keys.KeysFor(ProtectedNamespace, IdentityDigest.Compute(identity));
}
