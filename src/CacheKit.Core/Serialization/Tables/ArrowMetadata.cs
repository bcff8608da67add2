namespace CacheKit.Core.Serialization.Tables;

/// <summary>The names of what Arrow alone does not say, in the metadata of schema and fields.</summary>
internal static class ArrowMetadata
{
    /// <summary>Begins each of our names, so that other writers' metadata never means ours.</summary>
    public const string Prefix = "cachekit.";

    /// <summary>Schema: the <see cref="TableShape"/>.</summary>
    public const string Shape = Prefix + "shape";

    /// <summary>Schema: the name of a DataTable.</summary>
    public const string Name = Prefix + "name";

    /// <summary>Schema: the type names of the rows, as a JSON array.</summary>
    public const string TypeNames = Prefix + "typenames";

    /// <summary>Field: the .NET type of the values.</summary>
    public const string Type = Prefix + "type";
}
