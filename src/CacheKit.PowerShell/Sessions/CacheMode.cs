namespace CacheKit.Sessions;

/// <summary>Which of a session's caches a call uses.</summary>
internal enum CacheMode
{
    /// <summary>The encrypted one.</summary>
    Secure,

    /// <summary>That of public data.</summary>
    Plain,

    /// <summary>That of encrypted entries which other languages share.</summary>
    Interop,

    /// <summary>That of public entries which other languages share.</summary>
    PlainInterop,
}
