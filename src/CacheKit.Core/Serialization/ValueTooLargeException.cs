using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;

namespace CacheKit.Core.Serialization;

/// <summary>
/// A value whose serialized form would be larger than a reader accepts: 512 MiB (PROTOCOL section 5).
/// </summary>
public sealed class ValueTooLargeException : CacheKitException
{
    /// <summary>Makes the exception, with the id <see cref="ErrorIds.ValueTooLarge"/>.</summary>
    public ValueTooLargeException()
        : base(
            ErrorIds.ValueTooLarge,
            "The result is not cached: it is larger than 512 MiB when serialized.",
            "Let the block select what the script needs, or cache parts of it under keys of their own.")
    {
    }

    /// <summary>Refuses to grow for what a reader would not take.</summary>
    /// <param name="size">How many bytes there are, or would be.</param>
    /// <exception cref="ValueTooLargeException">It is more than 512 MiB.</exception>
    internal static void ThrowIfOver(long size)
    {
        if (size > PlaintextLayout.LargestValue)
        {
            throw new ValueTooLargeException();
        }
    }
}
