namespace CacheKit.Parameters;

/// <summary>The parameters of the cmdlets for items: where an item lies, beside its name.</summary>
internal interface IItemParameters
{
    /// <summary>The part of the cache to use; the session's unless given.</summary>
    string? Namespace { get; }

    /// <summary>The operation of an entry that other languages share, in place of a name.</summary>
    string? Interop { get; }

    /// <summary>The arguments of the operation: with it, and the namespace, they make the key.</summary>
    object?[]? ArgumentList { get; }
}
