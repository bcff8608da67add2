using System.Text.RegularExpressions;
using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Formats;

/// <summary>
/// Keys of interop entries: <c>{namespace}:{operation}:{hash}</c>, the hash being that of the arguments in 64
/// lower-case hexadecimal digits (PROTOCOL section 7.1).
/// </summary>
public static partial class InteropKey
{
    /// <summary>The size of the hash in bytes.</summary>
    private const int HashSize = 32;

    /// <summary>Whether a text may be the namespace of interop entries.</summary>
    /// <param name="namespace">The text.</param>
    public static bool IsNamespace(string @namespace) =>
        @namespace is not ("ns" or "nsapi") && IsSegment(@namespace);

    /// <summary>Whether a text may be the operation of interop entries.</summary>
    /// <param name="operation">The text.</param>
    public static bool IsOperation(string operation) => IsSegment(operation);

    /// <summary>Computes a key: the hash is BLAKE2b of 256 bits, unkeyed, of the canonical arguments.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="arguments">The canonical MessagePack of the flat array of arguments (PROTOCOL section 7.3).</param>
    /// <exception cref="ArgumentException">Namespace or operation cannot be one: nothing is made to fit.</exception>
    public static string Compute(string @namespace, string operation, ReadOnlySpan<byte> arguments)
    {
        if (!IsNamespace(@namespace) || !IsOperation(operation))
        {
            throw new ArgumentException("An interop key has no such namespace or operation.");
        }

        Span<byte> hash = stackalloc byte[HashSize];
        Blake2bHash.Compute(arguments, hash);
        return $"{@namespace}:{operation}:{LowerHex.ToText(hash)}";
    }

    /// <summary>Whether a text has the form of an interop key.</summary>
    /// <param name="key">The text.</param>
    public static bool IsKey(string key) =>
        key.Split(':') is [string @namespace, string operation, string hash]
        && IsNamespace(@namespace)
        && IsSegment(operation)
        && Hash().IsMatch(hash);

    private static bool IsSegment(string text) =>
        Segment().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Segment();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Hash();
}
