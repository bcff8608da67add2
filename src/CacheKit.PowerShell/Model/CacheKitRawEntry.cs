using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Formats;

namespace CacheKit;

/// <summary>What lies under a key of a store, and what it looks like. Nothing of it is authenticated.</summary>
public sealed class CacheKitRawEntry
{
    internal CacheKitRawEntry(string key, byte[] data, StoredForm form)
    {
        Key = key;
        Data = data;
        Format = (StoredFormat)form.Kind;
        Description = form.Description;
        Expires = form.Container?.Expires?.ToLocalTime();
        StoredForm entry = form.Content ?? form;
        if (entry.Native is { } native)
        {
            bool isPlain = entry.Kind == StoredFormKind.NativePlain;
            Serializer = ((Serializer)native.Serializer).ToString();
            Compressed = native.Compressed;
            Encrypted = !isPlain;
            KeyFingerprint = isPlain ? null : native.Fingerprint.ToString();
            Created = TimeOf(native);
        }

        if (entry.Python is { } python)
        {
            Serializer = python.Serializer;
            PayloadFormat = python.Format;
            Encoding = python.Encoding;
            Compressed = python.Compressed;
            OriginalType = python.OriginalType;
            Encrypted = python.Encrypted;
            Tenant = python.TenantId;
            KeyFingerprint = python.KeyFingerprint;
        }
    }

    /// <summary>The key under which the store has it.</summary>
    public string Key { get; }

    /// <summary>What it looks like.</summary>
    public StoredFormat Format { get; }

    /// <summary>How many bytes the store keeps for it.</summary>
    public int Size => Data.Length;

    /// <summary>What it looks like, in one sentence; never a part of a value.</summary>
    public string Description { get; }

    /// <summary>What wrote the value, or null where the bytes do not say it.</summary>
    public string? Serializer { get; }

    /// <summary>The format of a Python frame's payload.</summary>
    public string? PayloadFormat { get; }

    /// <summary>The encoding of text in a Python frame's payload.</summary>
    public string? Encoding { get; }

    /// <summary>Whether the value is compressed, or null where the bytes do not say it.</summary>
    public bool? Compressed { get; }

    /// <summary>What the value of a Python frame was there.</summary>
    public string? OriginalType { get; }

    /// <summary>Whether the value is encrypted, or null where the bytes do not say it.</summary>
    public bool? Encrypted { get; }

    /// <summary>The tenant that a Python frame names.</summary>
    public string? Tenant { get; }

    /// <summary>Which key sealed it: 32 hexadecimal digits, or null where the bytes do not say it.</summary>
    public string? KeyFingerprint { get; }

    /// <summary>When an entry of this module says that it was written.</summary>
    public DateTimeOffset? Created { get; }

    /// <summary>When a file of the file back end says that its time is over; null for never.</summary>
    public DateTimeOffset? Expires { get; }

    /// <summary>The bytes, as the store has them.</summary>
    public byte[] Data { get; }

    /// <summary>The key.</summary>
    public override string ToString() => Key;

    /// <summary>The time in a header that nobody vouches for may be none that a calendar has.</summary>
    private static DateTimeOffset? TimeOf(EntryHeader header) =>
        header.CreatedUnixMs <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(header.CreatedUnixMs).ToLocalTime()
            : null;
}
