using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Serialization.Tables;

/// <summary>
/// Output that is no table, or a column without one type. Its text names columns and types, no values.
/// </summary>
public sealed class UnsupportedTableException : CacheKitException
{
    private UnsupportedTableException(string errorId, string message, string recommendedAction)
        : base(errorId, message, recommendedAction)
    {
    }

    /// <summary>A column with values of two types (<see cref="ErrorIds.TableColumnMixed"/>).</summary>
    /// <param name="column">Its name.</param>
    /// <param name="first">What its first value is.</param>
    /// <param name="row">The row, counted from zero, where it is something else.</param>
    /// <param name="other">What it is there.</param>
    public static UnsupportedTableException Mixed(string column, string first, int row, string other) => new(
        ErrorIds.TableColumnMixed,
        $"The result is not cached: the column '{column}' is {first}, but {other} in row {row}.",
        "Convert the column to one type, or use -Serializer PowerShell.");

    /// <summary>Output that is no table (<see cref="ErrorIds.TableShapeUnsupported"/>).</summary>
    /// <param name="problem">What is wrong with it, and in which row and property, as the rest of a sentence.</param>
    public static UnsupportedTableException NoTable(string problem) => new(
        ErrorIds.TableShapeUnsupported,
        $"The result is not cached: it is no table, because {problem}.",
        "Let the block write objects with the same simple properties (Select-Object), or use -Serializer PowerShell.");
}
