namespace CacheKit.Core.Storage.Delegates;

/// <summary>Reads what the functions of a <see cref="DelegateStore"/> wrote.</summary>
internal static class DelegateStoreAnswers
{
    /// <summary>Reads bytes.</summary>
    /// <param name="written">What was written.</param>
    /// <param name="bytes">The bytes, which may be the store's own; null when nothing or null was written.</param>
    /// <returns>Null, or what was written instead of bytes, for a message.</returns>
    public static string? TryReadBytes(IReadOnlyList<object?> written, out byte[]? bytes)
    {
        bytes = null;
        switch (written)
        {
            case [] or [null]:
                return null;
            case [byte[] whole]:
                bytes = whole;
                return null;
            case [MemoryStream stream]:
                bytes = stream.ToArray();
                return null;
            // Arrays of other types hold numbers if a script has made them.
            case [Array { Rank: 1 } array]:
                return TryReadNumbers([.. array.Cast<object?>()], out bytes);
            default:
                return TryReadNumbers(written, out bytes);
        }
    }

    /// <summary>Reads keys.</summary>
    /// <param name="written">What was written.</param>
    /// <param name="keys">The keys.</param>
    /// <returns>Null, or what was written instead of text, for a message.</returns>
    public static string? TryReadKeys(IReadOnlyList<object?> written, out List<string> keys)
    {
        keys = [];
        foreach (object? item in written is [Array { Rank: 1 } array] ? array.Cast<object?>() : written)
        {
            if (item is not string key)
            {
                return NameOf(item);
            }

            keys.Add(key);
        }

        return null;
    }

    /// <summary>Reads the token of a lock.</summary>
    /// <param name="written">What was written.</param>
    /// <returns>Null when the lock was not granted.</returns>
    public static object? ReadToken(IReadOnlyList<object?> written) => written switch
    {
        [] or [null] or [false] => null,
        [object token] => token,
        _ => written.ToArray(),
    };

    private static string? TryReadNumbers(IReadOnlyList<object?> items, out byte[]? bytes)
    {
        bytes = new byte[items.Count];
        for (int i = 0; i < bytes.Length; i++)
        {
            int number = items[i] switch
            {
                byte single => single,
                int wide => wide,
                long wider => wider is >= 0 and <= byte.MaxValue ? (int)wider : -1,
                _ => -1,
            };
            if (number is < 0 or > byte.MaxValue)
            {
                bytes = null;
                return NameOf(items[i]);
            }

            bytes[i] = (byte)number;
        }

        return null;
    }

    private static string NameOf(object? item) => item?.GetType().FullName ?? "null";
}
