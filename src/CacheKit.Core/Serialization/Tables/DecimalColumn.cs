using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace CacheKit.Core.Serialization.Tables;

/// <summary>
/// Decimals as Decimal128 of the largest scale among them. Where 1.0 and 1.00 stand side by side, the metadata has the
/// scale of each, with its high bit for a negative zero.
/// </summary>
internal sealed class DecimalColumn() : ColumnCodec(typeof(decimal))
{
    private const string ScalesKey = ArrowMetadata.Prefix + "scales";
    private const int MostDigits = 38;
    private const byte NegativeZero = 0x80;

    private static readonly Int128 s_limit = PowerOfTen(MostDigits);

    /// <inheritdoc/>
    protected override (IArrowType Type, ArrowBuffer[] Body) EncodeBody(
        TableColumn column, ColumnBuffers buffers, IDictionary<string, string> metadata)
    {
        object?[] values = column.Values;
        decimal[] numbers = [.. values.OfType<decimal>()];
        int scale = numbers.Select(number => (int)number.Scale).DefaultIfEmpty(0).Max();
        Span<byte> bytes = buffers.Allocate(16 * values.Length, out ArrowBuffer buffer);
        Span<Int128> stored = MemoryMarshal.Cast<byte, Int128>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is decimal number && !TryScale(number, scale, out stored[i]))
            {
                throw UnsupportedTableException.Mixed(
                    column.Name,
                    $"Decimal with {scale} decimal places",
                    i,
                    "Decimal with more digits than fit beside them");
            }
        }

        if (numbers.Any(number => number.Scale != scale || IsNegativeZero(number)))
        {
            byte[] scales = [.. values.Select(value => value is decimal number ? ScaleByte(number) : (byte)0)];
            metadata.Add(ScalesKey, Convert.ToBase64String(scales));
        }

        return (new Decimal128Type(MostDigits, scale), [buffer]);
    }

    /// <inheritdoc/>
    protected override void DecodeBody(
        ArrayData data, IReadOnlyDictionary<string, string> metadata, Validity validity, object?[] values)
    {
        if (data.DataType is not Decimal128Type { Scale: >= 0 and <= 28 } type)
        {
            throw Malformed();
        }

        byte[]? scales = metadata.TryGetValue(ScalesKey, out string? text) ? Convert.FromBase64String(text) : null;
        ReadOnlySpan<Int128> stored = MemoryMarshal.Cast<byte, Int128>(data.Buffers[1].Span);
        for (int i = 0; i < values.Length; i++)
        {
            if (validity[i])
            {
                byte scale = scales?[i] ?? (byte)type.Scale;
                values[i] = Restore(stored[i], type.Scale, scale & ~NegativeZero, (scale & NegativeZero) != 0);
            }
        }
    }

    private static bool TryScale(decimal number, int scale, out Int128 stored)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(number, parts);
        Int128 digits = new(unchecked((uint)parts[2]), unchecked(((ulong)(uint)parts[1] << 32) | (uint)parts[0]));
        Int128 factor = PowerOfTen(scale - number.Scale);
        bool fits = digits < s_limit / factor;
        stored = !fits ? 0 : decimal.IsNegative(number) ? -(digits * factor) : digits * factor;
        return fits;
    }

    private static decimal Restore(Int128 stored, int columnScale, int scale, bool isNegativeZero)
    {
        if (scale > columnScale || stored == Int128.MinValue)
        {
            throw Malformed();
        }

        (Int128 digits, Int128 rest) = Int128.DivRem(Int128.Abs(stored), PowerOfTen(columnScale - scale));
        if (rest != 0 || digits >> 96 != 0)
        {
            throw Malformed();
        }

        ulong low = unchecked((ulong)digits);
        return new decimal(
            unchecked((int)low),
            unchecked((int)(low >> 32)),
            unchecked((int)(uint)(digits >> 64)),
            stored < 0 || isNegativeZero,
            (byte)scale);
    }

    private static byte ScaleByte(decimal number) => (byte)(number.Scale | (IsNegativeZero(number) ? NegativeZero : 0));

    private static bool IsNegativeZero(decimal number) => number == 0 && decimal.IsNegative(number);

    private static Int128 PowerOfTen(int exponent)
    {
        Int128 power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }
}
