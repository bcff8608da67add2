using System.Text;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Property names by their bytes. The objects of one cache have few names, and each read of an object would make them
/// all anew. A place that another name takes is a miss; nothing is locked, since an entry never changes.
/// </summary>
internal static class NameCache
{
    private const int Places = 1024;

    private const int LongestName = 64;

    private static readonly Entry?[] s_entries = new Entry?[Places];

    /// <summary>Gives a name.</summary>
    /// <param name="utf8">Its bytes.</param>
    /// <param name="encoding">Decodes them when they are not known.</param>
    /// <exception cref="DecoderFallbackException">They are not UTF-8.</exception>
    public static string Get(ReadOnlySpan<byte> utf8, UTF8Encoding encoding)
    {
        if (utf8.Length is 0 or > LongestName)
        {
            return encoding.GetString(utf8);
        }

        ref Entry? entry = ref s_entries[PlaceOf(utf8)];
        Entry? known = Volatile.Read(ref entry);
        if (known is not null && utf8.SequenceEqual(known.Bytes))
        {
            return known.Name;
        }

        known = new Entry(utf8.ToArray(), encoding.GetString(utf8));
        Volatile.Write(ref entry, known);
        return known.Name;
    }

    private static int PlaceOf(ReadOnlySpan<byte> utf8)
    {
        uint hash = 2166136261;
        foreach (byte value in utf8)
        {
            hash = unchecked((hash ^ value) * 16777619);
        }

        return (int)((hash ^ (hash >> 16)) % Places);
    }

    private sealed record Entry(byte[] Bytes, string Name);
}
