using System.Globalization;
using System.Runtime.CompilerServices;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using CacheKit.Benchmarks.Measuring;
using CacheKit.Benchmarks.Rows;

namespace CacheKit.Benchmarks;

/// <summary>
/// Measures the ratios of docs/performance.md, each within one run, and fails when a budget is missed.
/// <c>detail</c> in front of BenchmarkDotNet's own arguments gives single benchmarks in detail.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        using ModuleRunspace runspace = new();
        return args is ["detail", .. string[] rest]
            ? Detail(rest)
            : Report(runspace, args.FirstOrDefault() ?? string.Empty);
    }

    // Not inlined: their types need Core, which resolves once the module is imported.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Detail(string[] args)
    {
        IConfig config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Report(ModuleRunspace runspace, string filter)
    {
        bool Wanted(string name) => name.Contains(filter, StringComparison.OrdinalIgnoreCase);

        bool met = true;
        Print("What", "baseline", "ours", "ratio", "budget", "bytes", "");
        Print(new string('-', 62), "--:", "--:", "--:", "--:", "--:", "---");
        IEnumerable<Row> rows =
            [
                .. new CmdletRows(runspace).All(), .. new KeyRows(runspace).All(), .. CoreRows.All(),
                .. ConverterRows.All(),
            ];
        foreach (Row row in rows.Where(row => Wanted(row.Name)))
        {
            (Operation baseline, Operation subject) = row.Operations();
            Comparison figures = Comparison.Measure(baseline, subject);
            bool accepted = row.Accepts(figures);
            met &= accepted;
            Print(
                row.Name,
                Time(figures.BaselineNanoseconds),
                Time(figures.SubjectNanoseconds),
                Number(figures.Ratio, "0.00"),
                row.Budget is { } budget ? Number(budget, "0.0") : "-",
                $"{figures.BaselineBytes:0}/{figures.SubjectBytes:0}",
                row.Budget is null ? "" : accepted ? "met" : "MISSED");
        }

        if (Wanted("Fresh process"))
        {
            double[] times = StartUp.Measure();
            Console.WriteLine();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Fresh process: Import-Module {times[0]:0} ms, first cached call {times[1]:0} ms, second "
                + $"{times[2]:0.0} ms"));
        }

        if (Wanted("Redis outage") && Outages.CanRun)
        {
            using Outages outages = new(runspace);
            double[] times = outages.Measure();
            Console.WriteLine();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Redis outage: a call to a silent server {times[0]:0} ms, its end by Ctrl+C {times[1]:0} ms, in use "
                + $"again {times[2]:0} ms after a restart"));
        }

        return met ? 0 : 1;
    }

    private static void Print(
        string what, string baseline, string ours, string ratio, string budget, string bytes, string verdict) =>
        Console.WriteLine(
            $"| {what,-62} | {baseline,9} | {ours,9} | {ratio,5} | {budget,6} | {bytes,12} | {verdict,-6} |");

    private static string Time(double nanoseconds) =>
        nanoseconds < 1000 ? Number(nanoseconds, "0 ns") : Number(nanoseconds / 1000, "0.00 µs");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
