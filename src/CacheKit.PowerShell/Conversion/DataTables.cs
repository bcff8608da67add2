using System.Data;
using CacheKit.Core.Serialization.Tables;

namespace CacheKit.Conversion;

/// <summary>
/// Takes the values of a DataTable, and makes one again: name, columns with their types, values. Its keys, constraints
/// and expressions, and the state of its rows, are not kept.
/// </summary>
internal static class DataTables
{
    /// <summary>Takes the rows of a DataTable.</summary>
    /// <param name="shape">Whether the table was the output, or its rows.</param>
    /// <param name="table">The table.</param>
    /// <param name="rows">Its rows, or some of them.</param>
    /// <param name="stop">Ends a long conversion; asked at each row.</param>
    /// <exception cref="UnsupportedTableException">A row is deleted, or of another table.</exception>
    public static Table ToTable(TableShape shape, DataTable table, DataRow[] rows, CancellationToken stop)
    {
        TableColumn[] columns =
        [
            .. table.Columns.Cast<DataColumn>().Select(column =>
                new TableColumn(column.ColumnName, new object?[rows.Length]) { DeclaredType = column.DataType }),
        ];
        for (int i = 0; i < rows.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            if (rows[i].Table != table || rows[i].RowState is DataRowState.Deleted or DataRowState.Detached)
            {
                throw UnsupportedTableException.NoTable($"row {i} is deleted, or of another DataTable than the first");
            }

            for (int column = 0; column < columns.Length; column++)
            {
                object value = rows[i][column];
                columns[column].Values[i] = value is DBNull ? null : value;
            }
        }

        return new Table(shape, rows.Length, columns) { Name = table.TableName };
    }

    /// <summary>Makes a DataTable.</summary>
    /// <param name="table">Its content.</param>
    /// <exception cref="DataException">The content is not that of a DataTable.</exception>
    public static DataTable From(Table table)
    {
        DataTable result = new(table.Name);
        foreach (TableColumn column in table.Columns)
        {
            DataColumn added = result.Columns.Add(column.Name, column.DeclaredType!);
            if (column.Values.FirstOrDefault(static value => value is not null) is DateTime { Kind: { } kind })
            {
                // The table would take the kind away from values that do not have its own.
                added.DateTimeMode = kind switch
                {
                    DateTimeKind.Utc => DataSetDateTime.Utc,
                    DateTimeKind.Local => DataSetDateTime.Local,
                    _ => DataSetDateTime.UnspecifiedLocal,
                };
            }
        }

        result.BeginLoadData();
        for (int i = 0; i < table.RowCount; i++)
        {
            result.Rows.Add([.. table.Columns.Select(column => column.Values[i] ?? DBNull.Value)]);
        }

        result.EndLoadData();
        result.AcceptChanges();
        return result;
    }
}
