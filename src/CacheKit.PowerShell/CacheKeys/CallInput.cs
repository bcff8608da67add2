namespace CacheKit.CacheKeys;

/// <summary>The input object of a call.</summary>
/// <param name="IsGiven">Whether there is one.</param>
/// <param name="Value">The object, which may be null.</param>
internal readonly record struct CallInput(bool IsGiven, object? Value);
