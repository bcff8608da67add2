using System.Security;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Serialization;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Serialization;

public sealed class RoundTripTests
{
    public static TheoryData<int> Samples => new(Enumerable.Range(0, SampleValues.All.Count));

    [Theory]
    [MemberData(nameof(Samples))]
    public void Value_round_trips_with_its_type_to_the_bit(int sample)
    {
        object? value = SampleValues.All[sample];
        object?[] output = ValueGraph.Read(ValueGraph.Write(value));
        Assert.Equal(ValueText.Of(value), ValueText.Of(Assert.Single(output)));
    }

    [Fact]
    public void Value_all_values_at_once_round_trip()
    {
        object?[] values = [.. SampleValues.All];
        Assert.Equal(ValueText.Of(values), ValueText.Of(ValueGraph.Read(ValueGraph.Write(values))));
    }

    [Fact]
    public void Value_the_texts_that_compare_values_distinguish_them()
    {
        string[] texts = [.. SampleValues.All.Select(ValueText.Of)];
        // Three relative Uris and two ways to say one of them; everything else is a value of its own.
        string[] twice = [.. texts.GroupBy(text => text).Where(group => group.Count() > 1).Select(group => group.Key)];
        Assert.Equal([ValueText.Of(new Uri("/a/b", UriKind.Relative))], twice);
    }

    [Fact]
    public void Value_an_empty_output_round_trips() => Assert.Empty(ValueGraph.Read(ValueGraph.Write()));

    [Fact]
    public void Value_an_absolute_uri_given_as_a_path_stays_absolute()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There a path from the root is no absolute Uri.");
        Uri uri = new("/a/b", UriKind.Absolute);
        Assert.Equal(ValueText.Of(uri), ValueText.Of(ValueGraph.Read(ValueGraph.Write(uri))[0]));
    }

    [Theory]
    [InlineData(typeof(object))]
    [InlineData(typeof(Type))]
    [InlineData(typeof(Index))]
    [InlineData(typeof(System.Text.Rune))]
    [InlineData(typeof(DayOfWeek))]
    public void Value_other_types_are_not_written_at_all(Type type)
    {
        object value = type == typeof(Type) ? typeof(int) : Activator.CreateInstance(type)!;
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        NativeValueWriter writer = new(buffer);
        Assert.False(writer.TryWriteScalar(value));
        Assert.True(type == typeof(object) || !writer.TryBeginArray(type, 1));
        Assert.Equal(0, buffer.Length);
    }

    [Fact]
    public void Value_a_uri_that_UTF8_cannot_carry_is_not_written_at_all()
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        Assert.False(new NativeValueWriter(buffer).TryWriteScalar(new Uri("a\uD800", UriKind.Relative)));
        Assert.Equal(0, buffer.Length);
    }

    [Fact]
    public void Value_reading_leaves_the_bytes_unchanged()
    {
        byte[] bytes = ValueGraph.Write(SampleValues.All.ToArray());
        byte[] copy = [.. bytes];
        ValueGraph.Read(bytes);
        Assert.True(copy.AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public void Value_a_secret_is_read_into_its_own_secret()
    {
        SecureString first = (SecureString)ValueGraph.Read(ValueGraph.Write(ValueText.Secret("pass")))[0]!;
        using SecureString second = (SecureString)ValueGraph.Read(ValueGraph.Write(ValueText.Secret("pass")))[0]!;
        first.Dispose();
        Assert.Equal(ValueText.Of(ValueText.Secret("pass")), ValueText.Of(second));
    }
}
