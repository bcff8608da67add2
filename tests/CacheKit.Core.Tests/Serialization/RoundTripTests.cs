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
    public void A_value_comes_back_with_its_type_and_to_the_bit(int sample)
    {
        object? value = SampleValues.All[sample];
        object?[] output = ValueGraph.Read(ValueGraph.Write(value));
        Assert.Equal(ValueText.Of(value), ValueText.Of(Assert.Single(output)));
    }

    [Fact]
    public void All_values_at_once_come_back_too()
    {
        object?[] values = [.. SampleValues.All];
        Assert.Equal(ValueText.Of(values), ValueText.Of(ValueGraph.Read(ValueGraph.Write(values))));
    }

    [Fact]
    public void The_texts_by_which_values_are_compared_tell_them_apart()
    {
        string[] texts = [.. SampleValues.All.Select(ValueText.Of)];
        // Three relative Uris and two ways to say one of them; everything else is a value of its own.
        string[] twice = [.. texts.GroupBy(text => text).Where(group => group.Count() > 1).Select(group => group.Key)];
        Assert.Equal([ValueText.Of(new Uri("/a/b", UriKind.Relative))], twice);
    }

    [Fact]
    public void No_output_at_all_is_a_value() => Assert.Empty(ValueGraph.Read(ValueGraph.Write()));

    [Fact]
    public void An_absolute_uri_that_was_given_as_a_path_stays_absolute()
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
    public void Other_types_are_not_written_at_all(Type type)
    {
        object value = type == typeof(Type) ? typeof(int) : Activator.CreateInstance(type)!;
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        NativeValueWriter writer = new(buffer);
        Assert.False(writer.TryWriteScalar(value));
        Assert.True(type == typeof(object) || !writer.TryBeginArray(type, 1));
        Assert.Equal(0, buffer.Length);
    }

    [Fact]
    public void A_uri_that_utf8_cannot_carry_is_not_written_at_all()
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        Assert.False(new NativeValueWriter(buffer).TryWriteScalar(new Uri("a\uD800", UriKind.Relative)));
        Assert.Equal(0, buffer.Length);
    }

    [Fact]
    public void Reading_a_value_leaves_its_bytes_alone()
    {
        byte[] bytes = ValueGraph.Write(SampleValues.All.ToArray());
        byte[] copy = [.. bytes];
        ValueGraph.Read(bytes);
        Assert.True(copy.AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public void A_secret_is_read_into_a_secret_of_its_own()
    {
        SecureString first = (SecureString)ValueGraph.Read(ValueGraph.Write(ValueText.Secret("pass")))[0]!;
        using SecureString second = (SecureString)ValueGraph.Read(ValueGraph.Write(ValueText.Secret("pass")))[0]!;
        first.Dispose();
        Assert.Equal(ValueText.Of(ValueText.Secret("pass")), ValueText.Of(second));
    }
}
