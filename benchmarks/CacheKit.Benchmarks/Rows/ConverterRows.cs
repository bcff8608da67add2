using CacheKit.Benchmarks.Measuring;

namespace CacheKit.Benchmarks.Rows;

/// <summary>The converter of values against the engine's own.</summary>
internal static class ConverterRows
{
    /// <summary>The rows.</summary>
    public static IEnumerable<Row> All()
    {
        yield return new Row(
            "Converter, object of 5 properties to bytes", "PSSerializer", null, MayAllocate: true, () =>
        {
            ConverterBenchmarks converter = new();
            return (Cost.Of(converter.WriteClixml), Cost.Of(converter.Write));
        });
        yield return new Row(
            "Converter, bytes to object of 5 properties", "PSSerializer", null, MayAllocate: true, () =>
        {
            ConverterBenchmarks converter = new();
            return (Cost.Of(converter.ReadClixml), Cost.Of(converter.Read));
        });
        yield return new Row(
            "Interop, 10 KiB of records to bytes", "MessagePackWriter alone", 1.3, MayAllocate: true, () =>
        {
            InteropBenchmarks interop = new();
            return (Cost.Of(interop.WriteBare), Cost.Of(interop.Write));
        });
        yield return new Row(
            "Interop, those bytes to 10 KiB of records", "MessagePackReader alone", 1.3, MayAllocate: true, () =>
        {
            InteropBenchmarks interop = new();
            return (Cost.Of(interop.ReadBare), Cost.Of(interop.Read));
        });
        yield return Encryption("256 bytes", null, () => EncryptionBenchmarks.OfBytes(256));
        yield return Encryption("10 KiB", null, () => EncryptionBenchmarks.OfBytes(10 * 1024));
        yield return Encryption("an Arrow table of 1,000 rows", 1.025, EncryptionBenchmarks.OfTable);
    }

    private static Row Encryption(string what, double? budget, Func<EncryptionBenchmarks> make) =>
        new($"Write, seal, open, read: {what}", "the same without sealing", budget, MayAllocate: true, () =>
        {
            EncryptionBenchmarks round = make();
            return (Cost.Of(round.Plain), Cost.Of(round.Encrypted));
        });
}
