using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Caching;

/// <summary>What the user should hear of, once: a warning, or an error where the configuration is wrong.</summary>
/// <param name="text">One or more whole sentences, without any secret.</param>
/// <param name="error">What must be put right, or null for a warning. The script goes on all the same.</param>
public sealed class CacheNotice(string text, CacheKitException? error = null)
{
    /// <summary>One or more whole sentences, without any secret.</summary>
    public string Text { get; } = text;

    /// <summary>What must be put right, with its id and the way out, or null for a warning.</summary>
    public CacheKitException? Error { get; } = error;
}
