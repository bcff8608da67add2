namespace CacheKit.Backends;

/// <summary>What a block of a backend is called with.</summary>
/// <param name="Parameter">The parameter of Register-CacheKitBackend that it is given to.</param>
/// <param name="Required">How many of the names the block has to declare: the first ones.</param>
/// <param name="Names">The names of its own parameters, in the order of what it is called with.</param>
internal sealed record BackendBlockForm(string Parameter, int Required, params string[] Names)
{
    public static readonly BackendBlockForm Get = new(nameof(Get), 1, "Key");
    public static readonly BackendBlockForm Set = new(nameof(Set), 2, "Key", "Value", "Ttl");
    public static readonly BackendBlockForm Remove = new(nameof(Remove), 1, "Key");
    public static readonly BackendBlockForm List = new(nameof(List), 0, "Prefix");
    public static readonly BackendBlockForm Lock = new(nameof(Lock), 1, "Key", "Lease");
    public static readonly BackendBlockForm Unlock = new(nameof(Unlock), 1, "Key", "Token");

    /// <summary>The parameters as a block that takes all of them declares them.</summary>
    public string Declaration => $"param({string.Join(", ", Names.Select(static name => $"${name}"))})";
}
