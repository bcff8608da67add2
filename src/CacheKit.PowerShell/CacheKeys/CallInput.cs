namespace CacheKit.CacheKeys;

/// <summary>The input object of a call.</summary>
/// <param name="isGiven">Whether there is one.</param>
/// <param name="value">The object.</param>
internal readonly struct CallInput(bool isGiven, object? value)
{
    /// <summary>Whether there is one.</summary>
    public readonly bool IsGiven = isGiven;

    /// <summary>The object, which may be null.</summary>
    public readonly object? Value = value;
}
