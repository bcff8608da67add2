using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace CacheKit.Core.Serialization.Tables;

/// <summary>The .NET values of a column whose Arrow type is all that is known of it.</summary>
internal static class ArrowFileColumn
{
    /// <summary>Where the ends of the values lie among the buffers of a column.</summary>
    private const int OffsetsAt = 1;

    /// <summary>Where their bytes lie.</summary>
    private const int BytesAt = 2;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, true);

    /// <summary>Finds what reads a column.</summary>
    /// <param name="column">The column.</param>
    /// <returns>Gives the value of a row that is not null; null for a type that is not read.</returns>
    public static Func<int, object?>? ReaderOf(IArrowArray column) => column switch
    {
        NullArray => _ => null,
        BooleanArray flags => row => flags.GetValue(row),
        Int8Array numbers => row => numbers.GetValue(row),
        UInt8Array numbers => row => numbers.GetValue(row),
        Int16Array numbers => row => numbers.GetValue(row),
        UInt16Array numbers => row => numbers.GetValue(row),
        Int32Array numbers => row => numbers.GetValue(row),
        UInt32Array numbers => row => numbers.GetValue(row),
        Int64Array numbers => row => numbers.GetValue(row),
        UInt64Array numbers => row => numbers.GetValue(row),
        HalfFloatArray numbers => row => (float?)numbers.GetValue(row),
        FloatArray numbers => row => numbers.GetValue(row),
        DoubleArray numbers => row => numbers.GetValue(row),
        Decimal128Array numbers => row => numbers.GetValue(row),
        DictionaryArray words => ReaderOf(words),
        _ => ReaderOfTime(column) ?? ReaderOfBytes(column),
    };

    private static Func<int, object?>? ReaderOfTime(IArrowArray column) => column switch
    {
        Date32Array dates => row => dates.GetDateOnly(row),
        Date64Array dates => row => dates.GetDateOnly(row),
        Time32Array times => row => times.GetTime(row),
        Time64Array times => row => times.GetTime(row),
        DurationArray spans => row => spans.GetTimeSpan(row),
        // Without a zone it is what the clock on the wall showed.
        TimestampArray { Data.DataType: TimestampType { Timezone: null or "" } } times =>
            row => times.GetTimestamp(row)?.DateTime,
        TimestampArray times => row => times.GetTimestamp(row),
        _ => null,
    };

    /// <summary>
    /// Values of any size. Arrow's own readers of text trust where each of them ends, and read beyond the column, so
    /// that the bytes are cut out here.
    /// </summary>
    private static Func<int, object?>? ReaderOfBytes(IArrowArray column) => column switch
    {
        StringArray text => row => s_strictUtf8.GetString(Cut<int>(text.Data, row)),
        LargeStringArray text => row => s_strictUtf8.GetString(Cut<long>(text.Data, row)),
        BinaryArray bytes => row => Cut<int>(bytes.Data, row).ToArray(),
        LargeBinaryArray bytes => row => Cut<long>(bytes.Data, row).ToArray(),
        _ => null,
    };

    /// <summary>Cuts a value out of a column; where its ends do not fit, that is an exception.</summary>
    private static ReadOnlySpan<byte> Cut<T>(ArrayData data, int row)
        where T : unmanaged, IBinaryInteger<T>
    {
        ReadOnlySpan<T> ends = MemoryMarshal.Cast<byte, T>(data.Buffers[OffsetsAt].Span);
        int start = int.CreateChecked(ends[data.Offset + row]);
        int end = int.CreateChecked(ends[data.Offset + row + 1]);
        return data.Buffers[BytesAt].Span[start..end];
    }

    /// <summary>A column that stores each value once, and which of them each row has.</summary>
    private static Func<int, object?>? ReaderOf(DictionaryArray words)
    {
        Func<int, object?>? index = ReaderOf(words.Indices);
        Func<int, object?>? word = ReaderOf(words.Dictionary);
        IArrowArray known = words.Dictionary;
        return index is null || word is null
            ? null
            : row =>
            {
                int place = Convert.ToInt32(index(row), System.Globalization.CultureInfo.InvariantCulture);
                return known.IsNull(place) ? null : word(place);
            };
    }
}
