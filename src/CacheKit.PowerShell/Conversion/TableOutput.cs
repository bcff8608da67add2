using System.Data;
using System.Management.Automation;
using System.Management.Automation.Internal;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Serialization;
using CacheKit.Core.Serialization.Tables;
using CacheKit.Engine;

namespace CacheKit.Conversion;

/// <summary>The output of a block as a table: objects with the same properties, or a DataTable or its rows.</summary>
internal static class TableOutput
{
    /// <summary>Writes the output of a block.</summary>
    /// <param name="buffer">Takes the document.</param>
    /// <param name="output">The objects.</param>
    /// <param name="stop">Ends a long conversion; asked at each row.</param>
    /// <exception cref="UnsupportedTableException">It is no table, or a column has no one type.</exception>
    public static void Write(SensitiveBuffer buffer, IReadOnlyList<PSObject?> output, CancellationToken stop) =>
        ArrowTableWriter.Write(buffer, TableOf(output, stop));

    /// <summary>Reads the output of a block.</summary>
    /// <param name="document">The document.</param>
    /// <exception cref="MalformedValueException">It is not of the format.</exception>
    public static object?[] Read(ReadOnlyMemory<byte> document) => ReadTable(ArrowTableReader.Read(document));

    /// <summary>Reads the rows of a table that another program wrote as an Arrow file.</summary>
    /// <param name="document">The document.</param>
    /// <exception cref="MalformedValueException">It is not of the format.</exception>
    public static object?[] ReadFile(ReadOnlyMemory<byte> document) => ReadTable(ArrowFileTable.Read(document));

    private static object?[] ReadTable(Table table)
    {
        try
        {
            return table.Shape switch
            {
                TableShape.Rows => RowsOf(table),
                TableShape.Array => [RowsOf(table)],
                TableShape.DataRows => [.. DataTables.From(table).Rows.Cast<object>()],
                _ => [DataTables.From(table)],
            };
        }
        catch (Exception exception) when (exception is ArgumentException or DataException)
        {
            // Two columns of one name, or an empty one.
            throw new MalformedValueException("The table is not well-formed.");
        }
    }

    private static Table TableOf(IReadOnlyList<PSObject?> output, CancellationToken stop)
    {
        object? only = output.Count == 1 ? output[0]?.BaseObject : null;
        if (only?.GetType() == typeof(DataTable))
        {
            DataTable table = (DataTable)only;
            return DataTables.ToTable(TableShape.DataTable, table, [.. table.Rows.Cast<DataRow>()], stop);
        }

        if (only?.GetType() == typeof(object[]))
        {
            return TableOf(TableShape.Array, (object?[])only, stop);
        }

        if (output.Count > 0 && output.All(static row => row?.BaseObject is DataRow))
        {
            DataRow[] rows = [.. output.Select(static row => (DataRow)row!.BaseObject)];
            return DataTables.ToTable(TableShape.DataRows, rows[0].Table, rows, stop);
        }

        return TableOf(TableShape.Rows, output, stop);
    }

    private static Table TableOf(TableShape shape, IReadOnlyList<object?> rows, CancellationToken stop)
    {
        TableColumn[] columns = [];
        string[] typeNames = [];
        for (int i = 0; i < rows.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            if (rows[i] is not PSObject { BaseObject: PSCustomObject } row)
            {
                object? other = rows[i] is PSObject wrapped ? wrapped.BaseObject : rows[i];
                string kind = other is null ? "null" : $"a {other.GetType().FullName}";
                throw UnsupportedTableException.NoTable($"row {i} is {kind}, not an object with properties");
            }

            List<KeyValuePair<string, object?>> properties = PropertyValues.OfInstance(row);
            if (i == 0)
            {
                columns = [.. properties.Select(property => new TableColumn(property.Key, new object?[rows.Count]))];
                typeNames = [.. ObjectParts.TypeNamesOf(row)];
            }

            CheckRow(i, properties, columns);
            if (!typeNames.SequenceEqual(ObjectParts.TypeNamesOf(row)))
            {
                throw UnsupportedTableException.NoTable($"row {i} has other type names than the first");
            }

            for (int column = 0; column < columns.Length; column++)
            {
                columns[column].Values[i] = Unwrap(properties[column].Value);
            }
        }

        return new Table(shape, rows.Count, columns) { TypeNames = ObjectWriter.IsPlainBag(typeNames) ? [] : typeNames };
    }

    private static void CheckRow(int row, List<KeyValuePair<string, object?>> properties, TableColumn[] columns)
    {
        if (properties.Count == 0)
        {
            throw UnsupportedTableException.NoTable($"row {row} has no properties");
        }

        for (int i = 0; i < Math.Max(columns.Length, properties.Count); i++)
        {
            if (i >= properties.Count || i >= columns.Length || properties[i].Key != columns[i].Name)
            {
                string name = i < properties.Count ? properties[i].Key : columns[i].Name;
                throw UnsupportedTableException.NoTable(
                    $"row {row} has other properties than the first, or in another order (see '{name}')");
            }
        }
    }

    private static object? Unwrap(object? value)
    {
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        return ReferenceEquals(value, AutomationNull.Value) || ReferenceEquals(bare, AutomationNull.Value) ? null : bare;
    }

    private static object[] RowsOf(Table table)
    {
        object[] rows = new object[table.RowCount];
        for (int i = 0; i < rows.Length; i++)
        {
            PSObject row = ObjectParts.NewBag(table.Columns.Count);
            if (table.TypeNames.Count > 0)
            {
                row.TypeNames.Clear();
                foreach (string name in table.TypeNames)
                {
                    row.TypeNames.Add(name);
                }
            }

            NoteAppender notes = InstanceMembers.AppendTo(row);
            foreach (TableColumn column in table.Columns)
            {
                notes.Add(column.Name, column.Values[i]);
            }

            rows[i] = row;
        }

        return rows;
    }
}
