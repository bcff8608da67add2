using CacheKit.Benchmarks.Measuring;

namespace CacheKit.Benchmarks.Rows;

/// <summary>The converter of values against the engine's own.</summary>
internal static class ConverterRows
{
    /// <summary>The rows.</summary>
    public static IEnumerable<Row> All()
    {
        yield return new Row("Converter, object of 5 properties to bytes", "PSSerializer", null, MayAllocate: true, () =>
        {
            ConverterBenchmarks converter = new();
            return (Cost.Of(converter.WriteClixml), Cost.Of(converter.Write));
        });
        yield return new Row("Converter, bytes to object of 5 properties", "PSSerializer", null, MayAllocate: true, () =>
        {
            ConverterBenchmarks converter = new();
            return (Cost.Of(converter.ReadClixml), Cost.Of(converter.Read));
        });
    }
}
