namespace CacheKit.Parameters;

/// <summary>
/// The parameters that say what identifies the entry of a call. Each cmdlet that has them declares them, since cmdlets
/// inherit no more than a session; a test holds them equal.
/// </summary>
internal interface IKeyParameters
{
    /// <summary>The arguments of the block; they are part of a derived key.</summary>
    object?[]? ArgumentList { get; }

    /// <summary>The name of the entry, in place of a derived key.</summary>
    string? Key { get; }

    /// <summary>What else tells one entry from another.</summary>
    object?[]? VaryBy { get; }

    /// <summary>The part of the cache to use; the session's unless given.</summary>
    string? Namespace { get; }

    /// <summary>The operation of an entry that other languages share.</summary>
    string? Interop { get; }
}
