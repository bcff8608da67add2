using System.Globalization;
using System.Numerics;
using System.Security;
using System.Text;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Serialization;
using Xunit;

namespace CacheKit.Core.Tests.Serialization;

/// <summary>The bytes of plain MessagePack and of JSON, and what comes back from them.</summary>
public sealed class PortableValueTests
{
    private static readonly DictionaryShape s_table = new(ValueKind.Hashtable, false, typeof(object), typeof(object));

    public static TheoryData<object, string> MessagePackScalars => new()
    {
        { true, "c3" },
        { 0, "00" },
        { 127L, "7f" },
        { (byte)128, "cc80" },
        { (ushort)256, "cd0100" },
        { -1, "ff" },
        { (sbyte)-33, "d0df" },
        { (short)-129, "d1ff7f" },
        { int.MinValue, "d280000000" },
        { uint.MaxValue, "ceffffffff" },
        { long.MinValue, "d38000000000000000" },
        { ulong.MaxValue, "cfffffffffffffffff" },
        { new BigInteger(ulong.MaxValue), "cfffffffffffffffff" },
        { new BigInteger(-1), "ff" },
        { 1.0, "cb3ff0000000000000" },
        { 1.5f, "cb3ff8000000000000" },
        { "\u00E9", "a2c3a9" },
        { new byte[] { 1 }, "c40101" },
        { new DateOnly(2024, 5, 6), "82a85f5f646174655f5fc3a576616c7565aa323032342d30352d3036" },
    };

    public static TheoryData<object, string> JsonScalars => new()
    {
        { true, "true" },
        { DBNull.Value, "null" },
        { ulong.MaxValue, "18446744073709551615" },
        { 1.0, "1.0" },
        { 1e20, "1E+20" },
        { 0.1f, "0.1" },
        { double.NaN, "\"NaN\"" },
        { double.NegativeInfinity, "\"-Infinity\"" },
        { 5m, "5.0" },
        { 1.10m, "1.10" },
        { BigInteger.Pow(2, 70), "1180591620717411303424" },
        { 'x', "\"x\"" },
        { "a\"<>&'\u00E9", "\"a\\\"<>&'\u00E9\"" },
        { new byte[] { 1, 2 }, "[1,2]" },
        { new Uri("http://a/b"), "\"http://a/b\"" },
        { Guid.Empty, "\"00000000-0000-0000-0000-000000000000\"" },
        { new DateTime(2024, 5, 6, 7, 8, 9), "\"2024-05-06T07:08:09\"" },
        { new DateTime(638505760891230000, DateTimeKind.Utc), "\"2024-05-06T07:08:09.123Z\"" },
        { new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.FromHours(2)), "\"2024-05-06T07:08:09+02:00\"" },
        {
            new DateOnly(2024, 5, 6),
            "{\"Year\":2024,\"Month\":5,\"Day\":6,\"DayOfWeek\":1,\"DayOfYear\":127,\"DayNumber\":739011}"
        },
        {
            new Version(1, 2, 3),
            "{\"Major\":1,\"Minor\":2,\"Build\":3,\"Revision\":-1,\"MajorRevision\":-1,\"MinorRevision\":-1}"
        },
    };

    [Fact]
    public void Value_a_local_time_at_the_calendar_limit_gets_an_offset_that_keeps_it_inside()
    {
        TimeSpan hour = TimeSpan.FromHours(1);
        DateTime usual = new(2024, 5, 6, 7, 8, 9, DateTimeKind.Local);
        Assert.Equal("2024-05-06T07:08:09+01:00", PortableTime.Format(PortableTime.WithOffset(usual, hour)));
        Assert.Equal(
            "0001-01-01T00:00:00+00:00", PortableTime.Format(PortableTime.WithOffset(DateTime.MinValue, hour)));
        Assert.Equal(
            "0001-01-01T00:00:00-01:00", PortableTime.Format(PortableTime.WithOffset(DateTime.MinValue, -hour)));
        DateTime last = PortableTime.ToMicrosecond(DateTime.MaxValue);
        Assert.Equal("9999-12-31T23:59:59.999999+00:00", PortableTime.Format(PortableTime.WithOffset(last, -hour)));
        Assert.Equal("9999-12-31T23:59:59.999999+01:00", PortableTime.Format(PortableTime.WithOffset(last, hour)));
    }

    [Theory]
    [MemberData(nameof(MessagePackScalars), DisableDiscoveryEnumeration = true)]
    public void MessagePack_writes_the_value_profile(object value, string hex) =>
        Assert.Equal("91" + hex, Convert.ToHexString(MessagePack(value)!).ToLowerInvariant());

    [Theory]
    [MemberData(nameof(JsonScalars), DisableDiscoveryEnumeration = true)]
    public void Json_writes_like_ConvertTo_Json(object value, string text) =>
        Assert.Equal($"[{text}]", Encoding.UTF8.GetString(Json(value)!));

    public static TheoryData<object> RefusedByMessagePack =>
    [
        double.NaN, float.PositiveInfinity, "\uD800", 1m, 'x', TimeSpan.Zero, Guid.Empty, new Uri("http://a"),
        new Version(1, 2), BigInteger.Pow(2, 64), -BigInteger.Pow(2, 63) - 1, new SecureString(), DBNull.Value,
    ];

    [Theory]
    [MemberData(nameof(RefusedByMessagePack), DisableDiscoveryEnumeration = true)]
    public void MessagePack_rejects_unsupported_values(object value) => Assert.Null(MessagePack(value));

    [Fact]
    public void Json_rejects_secrets_unpaired_surrogates_and_huge_numbers()
    {
        Assert.Null(Json(new SecureString()));
        Assert.Null(Json("\uDC00"));
        Assert.Null(Json(BigInteger.Pow(10, 380)));
        Assert.NotNull(Json(BigInteger.Pow(10, 379)));
    }

    public static TheoryData<object, object> Times => new()
    {
        { new DateTime(2024, 5, 6, 7, 8, 9), new DateTime(2024, 5, 6, 7, 8, 9) },
        { DateTime.MaxValue, DateTime.MaxValue },
        { new DateTime(638505760891234567, DateTimeKind.Utc), new DateTimeOffset(638505760891234567, TimeSpan.Zero) },
        {
            new DateTimeOffset(638505760891234560, TimeSpan.FromMinutes(-90)),
            new DateTimeOffset(638505760891234560, TimeSpan.FromMinutes(-90))
        },
        { DateOnly.MaxValue, DateOnly.MaxValue },
        { TimeOnly.MaxValue, TimeOnly.MaxValue },
        { new TimeOnly(7, 8), new TimeOnly(7, 8) },
    };

    [Theory]
    [MemberData(nameof(Times), DisableDiscoveryEnumeration = true)]
    public void MessagePack_times_are_read_back(object value, object expected)
    {
        MessagePackValueReader reader = new(MessagePack(value));
        reader.Read();
        Assert.Equal(ValueKind.Scalar, reader.Read());
        Assert.Equal(expected, reader.Scalar);
        Assert.Equal(expected.GetType(), reader.Scalar!.GetType());
        reader.ReadEnd();
    }

    [Theory]
    [InlineData("7f", typeof(int))]
    [InlineData("d3ffffffff80000000", typeof(int))]
    [InlineData("ce80000000", typeof(long))]
    [InlineData("cf7fffffffffffffff", typeof(long))]
    [InlineData("cf8000000000000000", typeof(ulong))]
    [InlineData("ca3fc00000", typeof(double))]
    public void MessagePack_numbers_are_read_in_the_smallest_type(string hex, Type type)
    {
        MessagePackValueReader reader = new(Convert.FromHexString(hex));
        reader.Read();
        Assert.IsType(type, reader.Scalar);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c1")]
    [InlineData("0000")]
    [InlineData("92c0")]
    [InlineData("dd7fffffff")]
    [InlineData("ddffffffff")]
    [InlineData("dfffffffffc0c0")]
    [InlineData("dbffffffff")]
    [InlineData("c6ffffffff00")]
    [InlineData("d40100")]
    [InlineData("cb0000")]
    [InlineData("cf0000")]
    [InlineData("9291c0")]
    [InlineData("92dc00029191c0")]
    public void MessagePack_malformed_or_oversized_bytes_are_refused_at_once(string hex) =>
        Assert.Throws<MalformedValueException>(() => new MessagePackValueReader(Convert.FromHexString(hex)));

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    [InlineData(1_000_000, false)]
    public void Value_nesting_is_limited_in_MessagePack_and_JSON(int depth, bool isRead)
    {
        byte[] packed = [.. Enumerable.Repeat((byte)0x91, depth), 0xC0];
        byte[] json = [.. Enumerable.Repeat((byte)'[', depth), .. Enumerable.Repeat((byte)']', depth)];
        Assert.Equal(isRead, IsRead(() => new MessagePackValueReader(packed).Read()));
        Assert.Equal(isRead, IsRead(() => new JsonValueReader(json).Dispose()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1] 2")]
    [InlineData("[1,]")]
    [InlineData("[NaN]")]
    [InlineData("// a\n[]")]
    [InlineData("[\"\\ud800\"]")]
    public void Json_malformed_text_is_refused(string text) => Assert.False(IsRead(() =>
    {
        using JsonValueReader reader = new(Encoding.UTF8.GetBytes(text));
        for (reader.Read(); reader.Count > 0; reader.Read())
        {
            Assert.Equal(1, reader.Count);
        }
    }));

    [Fact]
    public void Value_containers_end_with_their_last_value_in_MessagePack_and_JSON()
    {
        string Write(Func<SensitiveBuffer, PortableValueWriter> make)
        {
            using SensitiveBuffer buffer = SensitiveBuffer.Rent();
            PortableValueWriter writer = make(buffer);
            writer.BeginOutput(3);
            writer.TryBeginDictionary(s_table, 2);
            writer.TryWriteScalar("a");
            writer.BeginPropertyBag([], null, 0);
            writer.TryWriteScalar("b");
            writer.TryBeginArray(typeof(object), 2);
            writer.WriteNull();
            writer.TryBeginArray(typeof(object), 0);
            writer.BeginPropertyBag([], null, 1);
            writer.WriteName("c");
            writer.WriteNull();
            writer.WriteNull();
            (writer as IDisposable)?.Dispose();
            return writer is JsonValueWriter
                ? Encoding.UTF8.GetString(buffer.WrittenSpan)
                : Convert.ToHexString(buffer.WrittenSpan);
        }

        Assert.Equal("[{\"a\":{},\"b\":[null,[]]},{\"c\":null},null]", Write(buffer => new JsonValueWriter(buffer)));
        Assert.Equal("9382A16180A16292C09081A163C0C0", Write(buffer => new MessagePackValueWriter(buffer)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData("")]
    [InlineData("A")]
    public void MessagePack_a_key_that_cannot_be_a_property_is_rejected(object key)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        MessagePackValueWriter writer = new(buffer);
        writer.BeginOutput(1);
        writer.TryBeginDictionary(s_table, 2);
        Assert.True(writer.TryWriteScalar("a"));
        Assert.True(writer.TryWriteScalar(1));
        Assert.False(writer.TryWriteScalar(key));
        Assert.False(writer.TryBeginArray(typeof(object), 0));
    }

    // What ConvertFrom-Json of PowerShell 7.6 gives for the same text; local times as the instant in UTC.
    [Theory]
    [InlineData("2024-05-06T07:08:09", 638505760890000000, DateTimeKind.Unspecified)]
    [InlineData("2024-05-06T07:08:09Z", 638505760890000000, DateTimeKind.Utc)]
    [InlineData("2024-05-06T07:08:09z", 638505760890000000, DateTimeKind.Utc)]
    [InlineData("2024-05-06T07:08:09.1234567Z", 638505760891234567, DateTimeKind.Utc)]
    [InlineData("2024-05-06T07:08:09.9", 638505760899000000, DateTimeKind.Unspecified)]
    [InlineData("2024-05-06T07:08:09+02:00", 638505688890000000, DateTimeKind.Local)]
    [InlineData("2024-05-06T07:08:09-0530", 638505958890000000, DateTimeKind.Local)]
    [InlineData("2024-05-06T07:08:09+02", 638505688890000000, DateTimeKind.Local)]
    [InlineData("2024-05-06T07:08:09+24:00", 638504896890000000, DateTimeKind.Local)]
    [InlineData("2024-05-06T24:00:00", 638506368000000000, DateTimeKind.Unspecified)]
    [InlineData("9999-12-31T23:59:59.9999999", 3155378975999999999, DateTimeKind.Unspecified)]
    [InlineData("/Date(1715000000000)/", 638505968000000000, DateTimeKind.Utc)]
    [InlineData("/Date(1715000000000+0200)/", 638505968000000000, DateTimeKind.Local)]
    public void Json_times_are_read_like_ConvertFrom_Json(string text, long ticks, DateTimeKind kind)
    {
        DateTime time = Assert.IsType<DateTime>(FromJson($"\"{text}\""));
        Assert.Equal(kind, time.Kind);
        Assert.Equal(ticks, (kind == DateTimeKind.Local ? time.ToUniversalTime() : time).Ticks);
    }

    [Theory]
    [InlineData("2024-05-06")]
    [InlineData("2024-05-06T07:08")]
    [InlineData("2024-05-06 07:08:09")]
    [InlineData("2024-05-06t07:08:09z")]
    [InlineData("2024-05-06T07:08:09.12345678Z")]
    [InlineData("2024-13-06T07:08:09")]
    [InlineData("2024-02-30T07:08:09")]
    [InlineData("2024-05-06T24:00:01")]
    [InlineData("2024-05-06T07:08:60")]
    [InlineData("2024-05-06T07:08:09.")]
    [InlineData(" 2024-05-06T07:08:09")]
    [InlineData("9999-12-31T24:00:00")]
    public void Json_text_that_is_not_a_time_stays_text(string text) => Assert.Equal(text, FromJson($"\"{text}\""));

    [Theory]
    [InlineData("1", typeof(long), "1")]
    [InlineData("-0", typeof(long), "0")]
    [InlineData("9223372036854775808", typeof(BigInteger), "9223372036854775808")]
    [InlineData("1.0", typeof(double), "1")]
    [InlineData("1E2", typeof(double), "100")]
    [InlineData("1e400", typeof(double), "Infinity")]
    public void Json_numbers_are_read_like_ConvertFrom_Json(string text, Type type, string expected)
    {
        object? number = FromJson(text);
        Assert.IsType(type, number);
        Assert.Equal(expected, ((IFormattable)number!).ToString(null, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Value_every_truncation_is_malformed_in_MessagePack_and_JSON()
    {
        byte[] packed = Convert.FromHexString("9382A16180A16292C09081A163C0CB3FF0000000000000");
        byte[] json = Encoding.UTF8.GetBytes("[{\"a\":{},\"b\":[null,[]]},{\"c\":null},1.5]");
        for (int size = 0; size < packed.Length; size++)
        {
            Assert.False(IsRead(() => new MessagePackValueReader(packed.AsMemory(0, size)).Read()));
        }

        for (int size = 0; size < json.Length; size++)
        {
            Assert.False(IsRead(() => new JsonValueReader(json.AsMemory(0, size)).Dispose()));
        }
    }

    private static object? FromJson(string text)
    {
        using JsonValueReader reader = new(Encoding.UTF8.GetBytes(text));
        reader.Read();
        reader.ReadEnd();
        return reader.Scalar;
    }

    private static bool IsRead(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (MalformedValueException)
        {
            return false;
        }
    }

    private static byte[]? MessagePack(object value)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        MessagePackValueWriter writer = new(buffer);
        writer.BeginOutput(1);
        return writer.TryWriteScalar(value) ? buffer.WrittenSpan.ToArray() : null;
    }

    private static byte[]? Json(object value)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        using JsonValueWriter writer = new(buffer);
        writer.BeginOutput(1);
        if (!writer.TryWriteScalar(value))
        {
            return null;
        }

        writer.Dispose();
        return buffer.WrittenSpan.ToArray();
    }
}
