using System.Security.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Keys;

/// <summary>
/// A master key: exactly 32 bytes, written as 64 hexadecimal digits. It encrypts nothing itself; tenant keys are
/// derived from it (PROTOCOL sections 1 and 2). Its memory is pinned, and zeroed on disposal.
/// </summary>
public sealed class MasterKey : IDisposable
{
    /// <summary>The size in bytes.</summary>
    public const int Size = 32;

    /// <summary>The size in hexadecimal digits.</summary>
    public const int HexSize = 2 * Size;

    /// <summary>The way out when a key that encrypts is not one.</summary>
    public const string NewKeyAdvice = "Make a new one with New-CacheKitMasterKey.";

    private readonly byte[] _bytes = GC.AllocateArray<byte>(Size, pinned: true);
    private bool _disposed;

    private MasterKey()
    {
    }

    /// <summary>The key's bytes. Valid until <see cref="Dispose"/>.</summary>
    internal ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>Makes a key from the platform's cryptographic random number generator.</summary>
    public static MasterKey Generate()
    {
        MasterKey key = new();
        RandomNumberGenerator.Fill(key._bytes);
        return key;
    }

    /// <summary>
    /// Reads a key from exactly 64 hexadecimal digits of either case: no prefix, no spaces, no line end.
    /// </summary>
    /// <param name="digits">The digits.</param>
    /// <param name="source">What holds them, as a message names it: a variable, a file, a parameter.</param>
    /// <param name="advice">The way out when it is not a key; a new one unless given.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.MasterKeyInvalid"/>; the message tells lengths and
    /// positions, never content.</exception>
    public static MasterKey FromHex(ReadOnlySpan<char> digits, string source, string advice = NewKeyAdvice)
    {
        if (digits.IsWhiteSpace())
        {
            throw Invalid($"{source} is blank; a master key is {HexSize} hexadecimal digits ({Size} bytes).", advice);
        }

        if (digits.Length != HexSize)
        {
            throw Invalid($"{source} has {digits.Length} characters; a master key is {HexSize} hexadecimal digits "
                + $"({Size} bytes), without prefix, spaces or line ends.", advice);
        }

        MasterKey key = new();
        for (int i = 0; i < Size; i++)
        {
            int high = DigitValue(digits[2 * i]);
            int low = DigitValue(digits[(2 * i) + 1]);
            if (high < 0 || low < 0)
            {
                key.Dispose();
                throw Invalid($"{source} has a character that is not a hexadecimal digit, at position "
                    + $"{(2 * i) + (high < 0 ? 1 : 2)} of {HexSize}.", advice);
            }

            key._bytes[i] = (byte)((high << 4) | low);
        }

        return key;
    }

    /// <summary>Reads a key from raw bytes.</summary>
    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <param name="source">What holds them, as a message names it.</param>
    /// <param name="advice">The way out when it is not a key; a new one unless given.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.MasterKeyInvalid"/>.</exception>
    public static MasterKey FromBytes(ReadOnlySpan<byte> bytes, string source, string advice = NewKeyAdvice)
    {
        if (bytes.Length != Size)
        {
            throw Invalid($"{source} has {bytes.Length} bytes; a master key has {Size}.", advice);
        }

        MasterKey key = new();
        bytes.CopyTo(key._bytes);
        return key;
    }

    /// <summary>Writes the key as 64 lower-case hexadecimal digits in ASCII.</summary>
    /// <param name="destination">Takes 64 bytes; the caller zeroes them.</param>
    public void WriteHex(Span<byte> destination) => LowerHex.Encode(Bytes, destination);

    /// <summary>Whether another key has the same bytes; compared in fixed time.</summary>
    /// <param name="other">The other key.</param>
    public bool HasSameBytes(MasterKey other) => CryptographicOperations.FixedTimeEquals(Bytes, other.Bytes);

    /// <summary>A copy, which is the caller's.</summary>
    public MasterKey Clone()
    {
        MasterKey copy = new();
        Bytes.CopyTo(copy._bytes);
        return copy;
    }

    /// <summary>Never the key.</summary>
    public override string ToString() => "master key (redacted)";

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }

    private static int DigitValue(char digit) => digit switch
    {
        >= '0' and <= '9' => digit - '0',
        >= 'a' and <= 'f' => digit - 'a' + 10,
        >= 'A' and <= 'F' => digit - 'A' + 10,
        _ => -1,
    };

    private static CacheKitException Invalid(string message, string advice) =>
        new(ErrorIds.MasterKeyInvalid, message, advice);
}
