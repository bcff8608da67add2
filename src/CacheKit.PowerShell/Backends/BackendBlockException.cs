namespace CacheKit.Backends;

/// <summary>A block of a backend failed.</summary>
/// <param name="message">Why, in the block's own words.</param>
/// <param name="innerException">What it threw.</param>
internal sealed class BackendBlockException(string message, Exception? innerException = null)
    : Exception(message, innerException);
