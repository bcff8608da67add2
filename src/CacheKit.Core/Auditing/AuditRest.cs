using System.Security.Cryptography;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Auditing;

/// <summary>The hash of what lies between two lines of the chain: all bytes but the last line feed.</summary>
internal sealed class AuditRest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _hasLineFeed;

    /// <summary>Adds a piece.</summary>
    /// <param name="bytes">A line with its line feed, or a part of one.</param>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_hasLineFeed)
        {
            _hash.AppendData("\n"u8);
        }

        _hasLineFeed = bytes is [.., (byte)'\n'];
        _hash.AppendData(_hasLineFeed ? bytes[..^1] : bytes);
    }

    /// <summary>The hash, 64 digits; the next one begins.</summary>
    public string Take()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(digest);
        _hasLineFeed = false;
        return LowerHex.ToText(digest);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
