namespace CacheKit.Core.Caching;

/// <summary>Whether an entry that was found can be used.</summary>
public enum EntryCondition
{
    /// <summary>It is authentic, and its name was read.</summary>
    Sound,

    /// <summary>It was altered, moved, or sealed under another key; which of these is not told.</summary>
    NotAuthentic,

    /// <summary>It is authentic, but its content does not decode.</summary>
    Malformed,
}
