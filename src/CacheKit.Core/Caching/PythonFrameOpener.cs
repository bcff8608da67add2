using System.Text;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;

namespace CacheKit.Core.Caching;

/// <summary>
/// Opens entries of Python's auto mode, for diagnosis and migration (PROTOCOL section 6). No lookup of a cache comes
/// here.
/// </summary>
/// <param name="ring">The tenant's keys, which stay the caller's.</param>
public sealed class PythonFrameOpener(TenantKeyRing ring)
{
    /// <summary>The namespace that an audit log has for them. Nothing lies there.</summary>
    private const string PythonNamespace = "python-frame";

    /// <summary>Opens the payload of a frame.</summary>
    /// <remarks>
    /// The tenant of the header is compared with this cache's before anything else. A fingerprint in the header is
    /// binding: only that key of the ring is tried (PROTOCOL section 4).
    /// </remarks>
    /// <param name="key">The key that Python bound the payload to.</param>
    /// <param name="frame">The frame, encrypted and with a tenant.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="payload">Takes the payload in clear; nothing is added to it unless it opened.</param>
    /// <param name="fingerprint">Of the key that opened it.</param>
    public PythonOpenOutcome Open(
        string key,
        PythonFrame frame,
        ReadOnlySpan<byte> bytes,
        SensitiveBuffer payload,
        out KeyFingerprint fingerprint)
    {
        PythonHeader header = frame.Header;
        fingerprint = default;
        byte[] associatedData = AssociatedData.Build(
            header.TenantId ?? throw new ArgumentException("The frame names no tenant.", nameof(frame)),
            key,
            header.Format,
            header.Compressed,
            header.OriginalType);
        if (!associatedData.AsSpan().StartsWith(ring.Current.AssociatedDataStart))
        {
            return PythonOpenOutcome.OtherTenant;
        }

        if (KeysNamed(header.KeyFingerprint) is not { } keys)
        {
            return PythonOpenOutcome.KeyUnknown;
        }

        ReadOnlySpan<byte> sealedBytes = bytes[frame.PayloadStart..];
        int size = Math.Max(0, sealedBytes.Length - EntryCipher.Overhead);
        if (!keys.Cipher.TryOpen(sealedBytes, associatedData, payload.GetSpan(size)[..size]))
        {
            return PythonOpenOutcome.NotAuthentic;
        }

        payload.Advance(size);
        fingerprint = keys.Fingerprint;
        return PythonOpenOutcome.Opened;
    }

    /// <summary>What an audit log calls an entry of Python's: its key, as a keyed hash.</summary>
    /// <param name="key">The key in Python.</param>
    public EntryKeys KeysFor(string key) =>
        ring.KeysFor(PythonNamespace, IdentityDigest.Compute(Encoding.UTF8.GetBytes(key)));

    private TenantKeys? KeysNamed(string? fingerprint) => fingerprint is null
        ? ring.Current
        : ring.Keys.FirstOrDefault(keys => keys.Fingerprint.ToString() == fingerprint);
}

/// <summary>How opening a frame of Python's ended.</summary>
public enum PythonOpenOutcome
{
    /// <summary>The payload is authentic and in clear.</summary>
    Opened,

    /// <summary>The header names another tenant; nothing was tried.</summary>
    OtherTenant,

    /// <summary>The header names a key that the ring does not have; nothing was tried.</summary>
    KeyUnknown,

    /// <summary>It was altered, moved, or sealed under another key; which of these is not told.</summary>
    NotAuthentic,
}
