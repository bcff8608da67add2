using System.Diagnostics;
using System.Text.Json;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Serialization.Tables;
using Xunit;

namespace CacheKit.Core.Tests.Serialization;

/// <summary>Another Arrow library (apache-arrow in node) reads our tables.</summary>
public sealed class ArrowInteropTests
{
    private static readonly string s_directory = Path.Combine(RepositoryRoot(), "tests", "interop", "arrow");

    [Fact]
    public void Arrow_the_node_library_reads_names_types_and_values()
    {
        string? problem = Prepare();
        Assert.SkipWhen(problem is not null, $"The second reader is not there: {problem}");

        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        ArrowTableWriter.Write(buffer, new Table(
            TableShape.Rows,
            3,
            [
                new TableColumn("name", ["a", null, "\u00E9"]),
                new TableColumn("size", [1, 2, int.MaxValue]),
                new TableColumn("big", [long.MinValue, null, 7L]),
                new TableColumn("flag", [true, false, null]),
                new TableColumn("real", [1.5, -2.0, null]),
                new TableColumn("made", [DateTime.UnixEpoch, DateTime.UnixEpoch.AddSeconds(1.5), null]),
                new TableColumn("took", [new TimeSpan(1), TimeSpan.Zero, null]),
            ]));
        (int code, byte[] output) = Run("node", ["read-table.js"], buffer.WrittenSpan.ToArray());
        Assert.Equal(0, code);
        string[] columns = [.. JsonDocument.Parse(output).RootElement.EnumerateArray().Select(column =>
            $"{column.GetProperty("name")} {column.GetProperty("type")}: {column.GetProperty("values").GetRawText()}")];
        Assert.Equal(
            [
                "name Utf8: [\"a\",null,\"\u00E9\"]",
                "size Int32: [\"1\",\"2\",\"2147483647\"]",
                "big Int64: [\"-9223372036854775808\",null,\"7\"]",
                "flag Bool: [\"true\",\"false\",null]",
                "real Float64: [\"1.5\",\"-2\",null]",
                "made Timestamp<MICROSECOND, UTC>: [\"0\",\"1500000\",null]",
                "took Duration<NANOSECOND>: [\"100\",\"0\",null]",
            ],
            columns);
    }

    /// <summary>Gets the package; says why there is none.</summary>
    private static string? Prepare()
    {
        try
        {
            return Directory.Exists(Path.Combine(s_directory, "node_modules", "apache-arrow"))
                || Run("npm", ["ci", "--no-audit", "--no-fund"], []).Code == 0
                ? null
                : "npm cannot get the package apache-arrow.";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "node and npm are not installed.";
        }
    }

    private static (int Code, byte[] Output) Run(string program, string[] arguments, byte[] input)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = s_directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return (process.ExitCode, output.ToArray());
    }

    private static string RepositoryRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Directory.Packages.props")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new DirectoryNotFoundException("There is no repository above the tests.");
    }
}
