using System.Numerics;
using System.Text;
using CacheKit.Core.Serialization;
using CacheKit.Core.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace CacheKit.Core.Tests.Serialization;

/// <summary>
/// Any value of the interop model, against an encoder and a decoder that were made from the page alone.
/// </summary>
public sealed class ArbitraryInteropTests
{
    private const int DeepestValue = 4;

    private static readonly BigInteger[] s_edges =
    [
        .. ((int[])[0, 5, 7, 8, 15, 16, 31, 32, 53, 63]).Select(bits => BigInteger.Pow(2, bits))
            .SelectMany(edge => (BigInteger[])[edge - 1, edge, edge + 1, -edge - 1, -edge, 1 - edge])
            .Where(edge => edge >= long.MinValue), BigInteger.Pow(2, 64) - 1, BigInteger.Pow(2, 64) - 2,
    ];

    [Fact]
    public void Interop_arbitrary_arguments_match_the_reference_encoder() =>
        Check(Some(Models(DeepestValue, isArgument: true)), arguments =>
        CanonicalEncoder.OfArguments(arguments).AsSpan().SequenceEqual(InteropGraph.WriteArguments(arguments)));

    [Fact]
    public void Interop_arguments_with_the_same_meaning_are_the_same_bytes() =>
        Check(Some(Models(DeepestValue, isArgument: true)), arguments =>
        {
            byte[] bytes = InteropGraph.WriteArguments(arguments);
            object?[] decoded = (object?[])CanonicalDecoder.Decode(bytes)!;
            return InteropGraph.WriteArguments(decoded).AsSpan().SequenceEqual(bytes);
        });

    [Fact]
    public void Interop_arbitrary_values_match_the_reference_and_round_trip() =>
        Check(Models(DeepestValue, isArgument: false), value =>
        {
            byte[] bytes = InteropGraph.WriteValue(value);
            string meaning = CanonicalModel.MeaningOf(value, ordersMaps: true);
            return CanonicalEncoder.OfValue(value).AsSpan().SequenceEqual(bytes)
                && CanonicalModel.MeaningOf(CanonicalDecoder.Decode(bytes), ordersMaps: true) == meaning
                && CanonicalModel.MeaningOf(InteropGraph.Read(bytes), ordersMaps: true) == meaning;
        });

    [Fact]
    public void Interop_values_are_read_in_stored_order() =>
        Check(Models(DeepestValue, isArgument: false), value =>
        {
            byte[] bytes = InteropGraph.WriteValue(value);
            return CanonicalModel.MeaningOf(InteropGraph.Read(bytes))
                == CanonicalModel.MeaningOf(CanonicalDecoder.Decode(bytes));
        });

    [Fact]
    public void Interop_deep_values_match_the_reference_encoder() =>
        Check(Models(1, isArgument: true).ArrayOf(30), parts =>
        {
            object? value = parts.Aggregate((object?)null, (inner, part) => part switch
            {
                Table => CanonicalModel.Map(("z", part), ("a", inner)),
                SetOf => new SetOf(part, inner, part),
                _ => new object?[] { inner, part },
            });
            return CanonicalEncoder.OfArguments(value).AsSpan().SequenceEqual(InteropGraph.WriteArguments(value));
        });

    [Fact]
    public void Interop_documents_in_any_encoding_match_the_reference_decoder() =>
        Check(LooseDocuments(DeepestValue).Zip(Gen.Choose(0, int.MaxValue)), drawn =>
        {
            byte[] bytes = LooseEncoder.InAnyForm(drawn.Item1, drawn.Item2);
            return CanonicalModel.MeaningOf(InteropGraph.Read(bytes))
                == CanonicalModel.MeaningOf(CanonicalDecoder.Decode(bytes));
        });

    [Fact]
    public void Interop_arbitrary_bytes_are_read_or_refused() => Check(Bytes(), IsReadOrRefused, 20_000);

    [Fact]
    public void Interop_damaged_documents_are_read_or_refused() =>
        Check(LooseDocuments(3).Zip(Gen.Choose(0, int.MaxValue)), drawn =>
        {
            byte[] bytes = LooseEncoder.InAnyForm(drawn.Item1, drawn.Item2);
            bytes[drawn.Item2 % bytes.Length] ^= (byte)(1 << (drawn.Item2 % 8));
            return IsReadOrRefused(bytes) && IsReadOrRefused(bytes[..(drawn.Item2 % bytes.Length)]);
        }, 2000);

    /// <summary>What the page's decoder cannot read is refused, and what ours reads means what it says there.</summary>
    private static bool IsReadOrRefused(byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        object? value;
        try
        {
            value = InteropGraph.Read(bytes);
        }
        catch (MalformedValueException)
        {
            return IsBounded(bytes, before);
        }

        return IsBounded(bytes, before)
            && (HoldsTime(value)
                || CanonicalModel.MeaningOf(value) == CanonicalModel.MeaningOf(CanonicalDecoder.Decode(bytes)));
    }

    // A byte of a document is at most an item: a place in an array, a pair, and a boxed number.
    private static bool IsBounded(byte[] bytes, long before) =>
        GC.GetAllocatedBytesForCurrentThread() - before < (16 * 1024) + (200L * bytes.Length);

    private static bool HoldsTime(object? value) => value switch
    {
        DateTime or DateTimeOffset or DateOnly or TimeOnly => true,
        object?[] items => items.Any(HoldsTime),
        Table map => map.Any(pair => HoldsTime(pair.Key) || HoldsTime(pair.Value)),
        _ => false,
    };

    private static void Check<T>(Gen<T> values, Func<T, bool> holds, int count = 500) =>
        Prop.ForAll(values.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(count));

    private static Gen<object?> Models(int depth, bool isArgument)
    {
        Gen<object?> scalars = isArgument
            ? Gen.OneOf(Scalars(), Instants(), Ids())
            : Gen.OneOf(Scalars(), Instants(), Times());
        if (depth == 0)
        {
            return scalars;
        }

        Gen<object?[]> items = Gen.OneOf(
            Some(Models(depth - 1, isArgument)),
            Gen.Choose(14, 17).SelectMany(count => Scalars().ArrayOf(count)));
        Gen<object?> lists = items.Select(all => (object?)all);
        Gen<object?> maps = items.SelectMany(
            all => Texts().ArrayOf(all.Length).Select(names => (object?)MapOf(names, all)));
        Gen<object?> sets = items.SelectMany(all => Gen.Elements(0, 1, 2).Select(
            again => (object?)new SetOf([.. all, .. all.Take(again)])));
        return isArgument
            ? Gen.OneOf(scalars, lists, maps, sets)
            : Gen.OneOf(scalars, lists, maps);
    }

    /// <summary>Few, so that what is nested does not grow beyond all bounds; each as large as it likes.</summary>
    private static Gen<object?[]> Some(Gen<object?> items) =>
        Gen.Choose(0, 4).SelectMany(count => items.ArrayOf(count));

    /// <summary>Also with what no writer of the family writes.</summary>
    private static Gen<object?> LooseDocuments(int depth)
    {
        Gen<object?> scalars = Gen.OneOf(
            Scalars(),
            ArbMap.Default.GeneratorFor<float>().Select(number => (object?)number),
            Gen.Elements(double.NaN, double.PositiveInfinity, double.NegativeInfinity)
                .Select(number => (object?)number),
            Gen.Choose(-128, 127)
                .SelectMany(code => Bytes().Select(data => (object?)new ExtensionOf((sbyte)code, data))),
            Gen.Choose(0, 4).Select(power => (object?)new ExtensionOf(-1, new byte[1 << power])));
        if (depth == 0)
        {
            return scalars;
        }

        Gen<object?[]> items = Some(LooseDocuments(depth - 1));
        return Gen.OneOf(
            scalars,
            items.Select(all => (object?)all),
            items.Select(all => (object?)new Table(true, all.Chunk(2).Where(pair => pair.Length == 2).Select(
                pair => new KeyValuePair<object, object?>(pair[0]!, pair[1])))));
    }

    private static Gen<object?> Scalars() => Gen.OneOf(
        Gen.Elements<object?>(null, true, false),
        Gen.Elements(s_edges).Select(Boxed),
        ArbMap.Default.GeneratorFor<long>().Select(number => Boxed(number)),
        Gen.Elements(s_edges).Select(number => (object?)(double)number),
        Gen.Elements(s_edges).Select(number => (object?)(((double)number) + 0.5)),
        ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite).Select(number => (object?)number),
        Gen.Elements<object?>(-0.0, double.Epsilon, double.MaxValue, double.MinValue, Math.Pow(2, 64), 0.1f, -2f),
        Texts().Select(text => (object?)text),
        Bytes().Select(bytes => (object?)bytes));

    /// <summary>An integer in the smallest type that a script would have it in, and sometimes a larger one.</summary>
    private static object? Boxed(BigInteger number) => (int)(BigInteger.Abs(number) % 3) switch
    {
        0 when number >= int.MinValue && number <= int.MaxValue => (int)number,
        1 when number >= long.MinValue && number <= long.MaxValue => (long)number,
        2 when number.Sign >= 0 => (ulong)number,
        _ => number,
    };

    private static Gen<object?> Ids() => ArbMap.Default.GeneratorFor<Guid>().Select(id => (object?)id);

    private static Gen<object?> Instants() => Gen.OneOf(
        Ticks().Select(ticks => (object?)new DateTime(ticks, DateTimeKind.Utc)),
        Ticks().Select(
            ticks =>
                (object?)new DateTime(DateTime.UnixEpoch.Ticks + (ticks % 100_000_000) - 50_000_000, DateTimeKind.Utc)),
        Ticks().Zip(Gen.Choose(-14 * 60, 14 * 60)).Select(drawn => (object?)new DateTimeOffset(
            Math.Clamp(drawn.Item1, TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay),
            TimeSpan.FromMinutes(drawn.Item2))));

    private static Gen<object?> Times() => Gen.OneOf(
        Ticks().Select(ticks => (object?)new DateTime(ticks)),
        Ticks().Select(ticks => (object?)DateOnly.FromDateTime(new DateTime(ticks))),
        Ticks().Select(ticks => (object?)TimeOnly.FromDateTime(new DateTime(ticks))));

    private static Gen<long> Ticks() => Gen.Choose(0, int.MaxValue).Zip(Gen.Choose(0, 2)).Select(drawn =>
        (long)(
            ((double)drawn.Item1 / int.MaxValue) * DateTime.MaxValue.Ticks) / Scale(drawn.Item2) * Scale(drawn.Item2));

    private static long Scale(int kind) => kind switch { 0 => TimeSpan.TicksPerSecond, 1 => 10, _ => 1 };

    /// <summary>Text that is well-formed, at the lengths of headers too.</summary>
    private static Gen<string> Texts() => Gen.OneOf(
        Gen.Choose(0, 0x7F).ArrayOf().Select(TextOf),
        Gen.Choose(0, 0x10F7FF).ArrayOf().Resize(8).Select(TextOf),
        Gen.Choose(0xD7F8, 0xF808).ArrayOf().Resize(4).Select(TextOf),
        Gen.Elements(31, 32, 255, 256).Select(length => new string('x', length)));

    /// <summary>Each number is a scalar value of Unicode, the surrogates passed over.</summary>
    private static string TextOf(int[] numbers) =>
        string.Concat(numbers.Select(number => new Rune(number < 0xD800 ? number : number + 0x800).ToString()));

    private static Gen<byte[]> Bytes() => Gen.OneOf(
        Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf(),
        Gen.Choose(0x80, 255).Select(number => (byte)number).ArrayOf(),
        Gen.Elements(255, 256).Select(length => new byte[length]));

    private static Table MapOf(string[] names, object?[] values) =>
        new(true, names.Zip(values).DistinctBy(pair => pair.First).Select(
            pair => new KeyValuePair<object, object?>(pair.First, pair.Second)));
}
