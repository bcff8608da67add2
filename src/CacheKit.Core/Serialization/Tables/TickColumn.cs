using System.Globalization;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace CacheKit.Core.Serialization.Tables;

/// <summary>
/// Times and durations, which .NET counts in ticks of 100 ns and Arrow in 64 bits of another unit. Microseconds if all
/// values are whole ones; else nanoseconds if they are in their range; else microseconds, with the ticks over in the
/// metadata.
/// </summary>
/// <param name="type">The type of the values.</param>
internal abstract class TickColumn(Type type) : ColumnCodec(type)
{
    /// <summary>Nanoseconds in a tick.</summary>
    public const long NanosecondsPerTick = 100;

    private const string RemaindersKey = ArrowMetadata.Prefix + "remainders";

    /// <summary>Ticks of a number of nanoseconds.</summary>
    /// <exception cref="MalformedValueException">They are not whole.</exception>
    public static long FromNanoseconds(long nanoseconds) =>
        nanoseconds % NanosecondsPerTick == 0 ? nanoseconds / NanosecondsPerTick : throw Malformed();

    /// <inheritdoc/>
    protected override (IArrowType Type, ArrowBuffer[] Body) EncodeBody(
        TableColumn column, ColumnBuffers buffers, IDictionary<string, string> metadata)
    {
        object?[] values = column.Values;
        Span<byte> bytes = buffers.Allocate(sizeof(long) * values.Length, out ArrowBuffer buffer);
        Span<long> stored = MemoryMarshal.Cast<byte, long>(bytes);
        bool wholeMicroseconds = true;
        bool inNanosecondRange = true;
        for (int i = 0; i < values.Length; i++)
        {
            long ticks = values[i] is { } value ? TicksOf(value) : 0;
            stored[i] = ticks;
            wholeMicroseconds &= ticks % TimeSpan.TicksPerMicrosecond == 0;
            inNanosecondRange &= ticks
                is >= long.MinValue / NanosecondsPerTick
                and <= long.MaxValue / NanosecondsPerTick;
        }

        TimeUnit unit = !wholeMicroseconds && inNanosecondRange ? TimeUnit.Nanosecond : TimeUnit.Microsecond;
        byte[] remainders = new byte[unit == TimeUnit.Microsecond && !wholeMicroseconds ? values.Length : 0];
        for (int i = 0; i < stored.Length; i++)
        {
            if (unit == TimeUnit.Nanosecond)
            {
                stored[i] *= NanosecondsPerTick;
                continue;
            }

            long remainder = ((stored[i] % TimeSpan.TicksPerMicrosecond) + TimeSpan.TicksPerMicrosecond)
                % TimeSpan.TicksPerMicrosecond;
            stored[i] = (long)(((Int128)stored[i] - remainder) / TimeSpan.TicksPerMicrosecond);
            if (remainders.Length > 0)
            {
                remainders[i] = (byte)remainder;
            }
        }

        if (remainders.Length > 0)
        {
            metadata.Add(RemaindersKey, Convert.ToBase64String(remainders));
        }

        return (TypeOf(column, unit, metadata), [buffer]);
    }

    /// <inheritdoc/>
    protected override void DecodeBody(
        ArrayData data, IReadOnlyDictionary<string, string> metadata, Validity validity, object?[] values)
    {
        TimeUnit unit = UnitOf(data.DataType);
        if (unit is not (TimeUnit.Microsecond or TimeUnit.Nanosecond))
        {
            throw Malformed();
        }

        byte[]? remainders =
            metadata.TryGetValue(RemaindersKey, out string? text) ? Convert.FromBase64String(text) : null;
        Func<int, long, object> restore = Restorer(metadata);
        ReadOnlySpan<long> stored = MemoryMarshal.Cast<byte, long>(data.Buffers[1].Span);
        for (int i = 0; i < values.Length; i++)
        {
            if (validity[i])
            {
                long ticks = unit == TimeUnit.Nanosecond
                    ? FromNanoseconds(stored[i])
                    : checked((long)(((Int128)stored[i] * TimeSpan.TicksPerMicrosecond) + (remainders?[i] ?? 0)));
                values[i] = restore(i, ticks);
            }
        }
    }

    /// <summary>The ticks of a value, from 1970 if it is a time.</summary>
    protected abstract long TicksOf(object value);

    /// <summary>The Arrow type of a column.</summary>
    protected abstract IArrowType TypeOf(TableColumn column, TimeUnit unit, IDictionary<string, string> metadata);

    /// <summary>The unit of an Arrow type, if it is of the right kind.</summary>
    protected abstract TimeUnit UnitOf(IArrowType type);

    /// <summary>What makes a value of its row and its ticks.</summary>
    protected abstract Func<int, long, object> Restorer(IReadOnlyDictionary<string, string> metadata);
}

/// <summary>Durations.</summary>
internal sealed class TimeSpanColumn() : TickColumn(typeof(TimeSpan))
{
    /// <inheritdoc/>
    protected override long TicksOf(object value) => ((TimeSpan)value).Ticks;

    /// <inheritdoc/>
    protected override IArrowType TypeOf(TableColumn column, TimeUnit unit, IDictionary<string, string> metadata) =>
        DurationType.FromTimeUnit(unit);

    /// <inheritdoc/>
    protected override TimeUnit UnitOf(IArrowType type) =>
        type is DurationType duration ? duration.Unit : throw Malformed();

    /// <inheritdoc/>
    protected override Func<int, long, object> Restorer(IReadOnlyDictionary<string, string> metadata) =>
        (_, ticks) => new TimeSpan(ticks);
}

/// <summary>Times of one kind. Only UTC has a time zone: the others are what the clock on the wall showed.</summary>
internal sealed class DateTimeColumn() : TickColumn(typeof(DateTime))
{
    private const string KindKey = ArrowMetadata.Prefix + "kind";

    /// <inheritdoc/>
    protected override long TicksOf(object value) => ((DateTime)value).Ticks - DateTime.UnixEpoch.Ticks;

    /// <inheritdoc/>
    protected override IArrowType TypeOf(TableColumn column, TimeUnit unit, IDictionary<string, string> metadata)
    {
        DateTimeKind? kind = null;
        for (int i = 0; i < column.Values.Length; i++)
        {
            if (column.Values[i] is DateTime time && time.Kind != (kind ??= time.Kind))
            {
                throw UnsupportedTableException.Mixed(column.Name, $"DateTime ({kind})", i, $"DateTime ({time.Kind})");
            }
        }

        metadata.Add(KindKey, (kind ?? DateTimeKind.Unspecified).ToString());
        return new TimestampType(unit, kind == DateTimeKind.Utc ? "UTC" : null);
    }

    /// <inheritdoc/>
    protected override TimeUnit UnitOf(IArrowType type) => type is TimestampType stamp ? stamp.Unit : throw Malformed();

    /// <inheritdoc/>
    protected override Func<int, long, object> Restorer(IReadOnlyDictionary<string, string> metadata)
    {
        DateTimeKind kind = Enum.Parse<DateTimeKind>(metadata[KindKey]);
        return (_, ticks) => new DateTime(ticks + DateTime.UnixEpoch.Ticks, kind);
    }
}

/// <summary>Times with an offset. A common offset is the column's time zone; others are in the metadata.</summary>
internal sealed class DateTimeOffsetColumn() : TickColumn(typeof(DateTimeOffset))
{
    private const string OffsetsKey = ArrowMetadata.Prefix + "offsets";

    /// <inheritdoc/>
    protected override long TicksOf(object value) => ((DateTimeOffset)value).UtcTicks - DateTime.UnixEpoch.Ticks;

    /// <inheritdoc/>
    protected override IArrowType TypeOf(TableColumn column, TimeUnit unit, IDictionary<string, string> metadata)
    {
        short[] offsets =
            [
                .. column.Values.Select(
                    value => value is DateTimeOffset time ? (short)time.TotalOffsetMinutes : (short)0),
            ];
        short[] distinct =
            [.. column.Values.OfType<DateTimeOffset>().Select(time => (short)time.TotalOffsetMinutes).Distinct()];
        if (distinct.Length > 1)
        {
            metadata.Add(OffsetsKey, Convert.ToBase64String(MemoryMarshal.AsBytes(offsets.AsSpan())));
            return new TimestampType(unit, "UTC");
        }

        int offset = distinct.Length == 0 ? 0 : distinct[0];
        metadata.Add(OffsetsKey, offset.ToString(CultureInfo.InvariantCulture));
        return new TimestampType(
            unit, $"{(offset < 0 ? '-' : '+')}{Math.Abs(offset) / 60:00}:{Math.Abs(offset) % 60:00}");
    }

    /// <inheritdoc/>
    protected override TimeUnit UnitOf(IArrowType type) => type is TimestampType stamp ? stamp.Unit : throw Malformed();

    /// <inheritdoc/>
    protected override Func<int, long, object> Restorer(IReadOnlyDictionary<string, string> metadata)
    {
        string text = metadata[OffsetsKey];
        bool isCommon = short.TryParse(
            text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out short common);
        byte[] offsets = isCommon ? [] : Convert.FromBase64String(text);
        return (row, ticks) =>
        {
            short minutes = isCommon ? common : MemoryMarshal.Cast<byte, short>(offsets)[row];
            DateTimeOffset time = new(ticks + DateTime.UnixEpoch.Ticks, TimeSpan.Zero);
            return time.ToOffset(TimeSpan.FromMinutes(minutes));
        };
    }
}
