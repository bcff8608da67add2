using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Support;

/// <summary>
/// tests/interop/python, which speaks interop mode without any code of ours. Where no Python has the packages that it
/// needs, the test is skipped.
/// </summary>
internal static class PythonProgram
{
    private static readonly string s_folder = RepositoryRoot.File("tests", "interop", "python");

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    // The one on the path may be another than the one that the packages of the system belong to.
    private static readonly Lazy<string?> s_interpreter =
        new(() => Array.Find(["python3", "/usr/bin/python3"], HasPackages));

    /// <summary>Skips the test where there is no such Python.</summary>
    public static void SkipUnlessInstalled() => Assert.SkipUnless(
        s_interpreter.Value is not null,
        "No python3 has msgpack, cryptography and redis.");

    /// <summary>Replays the published vectors.</summary>
    /// <param name="vectors">The file.</param>
    /// <returns>How many rows there are.</returns>
    public static int CheckItself(string vectors) =>
        Answer("", "--self-check", vectors).GetProperty("rows").GetInt32();

    /// <summary>Does some jobs, one after the other, in one process.</summary>
    /// <param name="redis">The URL of the store.</param>
    /// <param name="jobs">The jobs.</param>
    /// <returns>Their answers.</returns>
    public static IReadOnlyList<JsonElement> Do(string redis, IEnumerable<PythonJob> jobs)
    {
        PythonJob[] all = [.. jobs];
        string list = string.Join(",\n", all.Select(job => job.ToJson()));
        string input = $$"""{"redis": "{{redis}}", "jobs": [{{list}}]}""";
        JsonElement[] answers = [.. Answer(input).EnumerateArray()];
        Assert.Equal(all.Length, answers.Length);
        return answers;
    }

    private static JsonElement Answer(string input, params string[] arguments)
    {
        SkipUnlessInstalled();
        // Without -B, it would leave its byte code beside the source.
        ProcessResult result = Run(
            s_interpreter.Value!,
            ["-B", Path.Combine(s_folder, "crosscheck.py"), .. arguments],
            input);
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        return JsonDocument.Parse(result.Output).RootElement;
    }

    private static bool HasPackages(string program)
    {
        try
        {
            return Run(program, ["-c", "import msgpack, cryptography, redis"], "").ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static ProcessResult Run(string program, string[] arguments, string input)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = s_utf8,
            StandardOutputEncoding = s_utf8,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        // It answers when it has read everything.
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ProcessResult(process.ExitCode, output, errors.Result);
    }
}
