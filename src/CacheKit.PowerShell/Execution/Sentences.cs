namespace CacheKit.Execution;

/// <summary>Puts the sentences of a message together.</summary>
internal static class Sentences
{
    /// <summary>Joins what there is.</summary>
    /// <param name="sentences">The sentences; null or empty where there is nothing to say.</param>
    public static string Join(params string?[] sentences) =>
        string.Join(' ', sentences.Where(each => !string.IsNullOrEmpty(each)));
}
