namespace CacheKit.Core.Storage;

/// <summary>How much longer an operation may take because of the value that it carries.</summary>
internal static class TransferTime
{
    /// <summary>How many bytes earn a second: a link of 64 Mbit/s carries what is written in time.</summary>
    public const long BytesPerSecond = 8 * 1024 * 1024;

    /// <summary>How much longer it may take.</summary>
    /// <param name="bytes">The size of the value.</param>
    public static TimeSpan Allowance(long bytes) => TimeSpan.FromSeconds(bytes / BytesPerSecond);
}
