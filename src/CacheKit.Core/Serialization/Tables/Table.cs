namespace CacheKit.Core.Serialization.Tables;

/// <summary>In which form the rows of a table came, so that they go back in the same.</summary>
public enum TableShape
{
    /// <summary>Each row was an output object of its own.</summary>
    Rows,

    /// <summary>One array of objects was the only output object.</summary>
    Array,

    /// <summary>Each row of one DataTable was an output object of its own.</summary>
    DataRows,

    /// <summary>One DataTable was the only output object.</summary>
    DataTable,
}

/// <summary>A table: columns of one length.</summary>
/// <param name="Shape">The form of its rows.</param>
/// <param name="RowCount">How many rows it has.</param>
/// <param name="Columns">Its columns, in order.</param>
public sealed record Table(TableShape Shape, int RowCount, IReadOnlyList<TableColumn> Columns)
{
    /// <summary>The name of a DataTable.</summary>
    public string Name { get; init; } = "";

    /// <summary>The type names of the rows, or none for those of a plain PSCustomObject.</summary>
    public IReadOnlyList<string> TypeNames { get; init; } = [];
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">A value for each row; null where there is none.</param>
public sealed record TableColumn(string Name, object?[] Values)
{
    /// <summary>The type of its values if it is declared; otherwise they tell it themselves.</summary>
    public Type? DeclaredType { get; init; }
}
