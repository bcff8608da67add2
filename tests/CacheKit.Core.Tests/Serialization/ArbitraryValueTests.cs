using System.Collections;
using System.Numerics;
using CacheKit.Core.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace CacheKit.Core.Tests.Serialization;

/// <summary>Any value at all, nested anyhow, comes back as it went in.</summary>
public sealed class ArbitraryValueTests
{
    private const int DeepestValue = 5;

    [Fact]
    public void Value_arbitrary_values_round_trip() => Check(Values(DeepestValue), value =>
        ValueText.Of(ValueGraph.Read(ValueGraph.Write(value))[0]) == ValueText.Of(value));

    [Fact]
    public void Value_arbitrary_outputs_round_trip() => Check(Values(2).ArrayOf(), output =>
        ValueText.Of(ValueGraph.Read(ValueGraph.Write(output))) == ValueText.Of(output));

    [Fact]
    public void Value_is_always_written_to_the_same_bytes() => Check(Values(3), value =>
        ValueGraph.Write(value).AsSpan().SequenceEqual(ValueGraph.Write(ValueGraph.Read(ValueGraph.Write(value))[0])));

    private static void Check<T>(Gen<T> values, Func<T, bool> holds) =>
        Prop.ForAll(values.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Gen<object?> Values(int depth)
    {
        Gen<object?> scalars = Gen.OneOf(
            Gen.Elements<object?>(SampleValues.Scalars),
            Of<int>(), Of<long>(), Of<double>(), Of<float>(), Of<decimal>(), Of<byte>(), Of<short>(), Of<char>(),
            Of<Guid>(),
            Of<BigInteger>(), Texts().Select(text => (object?)text), Of<byte[]>(),
            ArbMap.Default.GeneratorFor<long>().Select(ticks => (object?)new TimeSpan(ticks)),
            Gen.Choose(0, int.MaxValue)
                .Select(ticks => (object?)new DateTime(1_000_000L * ticks, (DateTimeKind)(ticks % 3))),
            Texts().Where(text => text.Length < 1000).Select(text => (object?)ValueText.Secret(text)));
        return depth == 0 ? scalars : Gen.OneOf(scalars, scalars, Composites(depth - 1));
    }

    private static Gen<object?> Composites(int depth)
    {
        Gen<object?> scalars = Gen.Elements<object?>(SampleValues.Scalars).Where(value => value is not null);
        Gen<object?[]> items = Gen.Sized(size => Values(depth).ArrayOf().Resize(Math.Min(size, 6)));
        Gen<KeyValuePair<object, object?>[]> pairs = items.Select(all =>
            all.Select((value, i) => new KeyValuePair<object, object?>(i, value)).ToArray());
        Gen<KeyValuePair<string, object?>[]> properties = items.SelectMany(all => Texts().Select(name =>
            all.Select((value, i) => new KeyValuePair<string, object?>(name + i, value)).ToArray()));
        Gen<bool> flags = Gen.Elements(true, false);
        return Gen.OneOf(
            items.Select(all => (object?)all),
            items.Select(all => (object?)new List<object?>(all)),
            items.Select(all => (object?)new ArrayList(all)),
            flags.SelectMany(flag => pairs.Select(all => (object?)new Table(flag, all))),
            flags.SelectMany(flag => pairs.Select(all => (object?)new OrderedTable(flag, all))),
            Texts().ArrayOf().Resize(3).SelectMany(types => properties.Select(all => (object?)new Bag(types, all))),
            Texts().SelectMany(user => Texts().Select(clear => (object?)new Credential(user, ValueText.Secret(clear)))),
            Texts().SelectMany(text => properties.Select(all => (object?)new Bag(["Deserialized.T"], all, text))),
            scalars.SelectMany(value => properties.Select(all => (object?)new Extended(["T"], value, all))),
            flags.SelectMany(flag => pairs.Select(all => (object?)new Typed(flag, typeof(int), typeof(object), all))),
            Texts().SelectMany(text => Of<long>().Select(number => (object?)new Constant(text, number!, text))),
            Texts().ArrayOf().Select(all => (object?)new HashSet<string>(all, StringComparer.OrdinalIgnoreCase)),
            ArbMap.Default.GeneratorFor<decimal[]>().Select(all => (object?)new List<decimal>(all)),
            ArbMap.Default.GeneratorFor<long[]>().Select(all => (object?)all),
            Texts().ArrayOf().Select(all => (object?)all));
    }

    /// <summary>Text of any UTF-16, well-formed or not.</summary>
    private static Gen<string> Texts() => Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
        Gen.Choose(0, 0xFFFF).Select(code => (char)code).ArrayOf().Select(characters => new string(characters)),
        Gen.Choose(0xD7F0, 0xE010).Select(code => (char)code).ArrayOf().Select(characters => new string(characters)));

    private static Gen<object?> Of<T>() => ArbMap.Default.GeneratorFor<T>().Select(value => (object?)value);
}
