using System.Diagnostics;
using System.Globalization;
using CacheKit.Host;

namespace CacheKit.PowerShell.Tests.Support;

/// <summary>How a process ended and what it wrote.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The lines of the output, whatever ends them.</summary>
    public IReadOnlyList<string> Lines => Output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}

/// <summary>
/// The host as a process of its own, in the environment of the test. Times here only guard against a hang; no test
/// waits for one.
/// </summary>
public sealed class HostProcess : IDisposable
{
    private static readonly TimeSpan s_hang = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly List<string> _read = [];

    private HostProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts the host with its standard input open.</summary>
    /// <param name="args">The command line, as for pwsh.</param>
    public static HostProcess Start(params string[] args)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(dotnet, ["exec", typeof(ScriptHost).Assembly.Location, .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new HostProcess(Process.Start(start)!);
    }

    /// <summary>Runs the host to its end with nothing on its standard input.</summary>
    /// <param name="args">The command line, as for pwsh.</param>
    public static async Task<ProcessResult> RunAsync(params string[] args)
    {
        using HostProcess host = Start(args);
        return await host.WaitAsync();
    }

    /// <summary>Answers a question of the script.</summary>
    public void WriteLine(string text)
    {
        _process.StandardInput.WriteLine(text);
    }

    /// <summary>Reads the output up to and including a line.</summary>
    /// <exception cref="EndOfStreamException">The process ended without it.</exception>
    public Task WaitForLineAsync(string line) => WaitForAnyAsync(line);

    /// <summary>Reads the output up to and including one of some lines.</summary>
    /// <returns>The line.</returns>
    /// <exception cref="EndOfStreamException">The process ended without any.</exception>
    public async Task<string> WaitForAnyAsync(params string[] lines)
    {
        using CancellationTokenSource hang = new(s_hang);
        while (await _process.StandardOutput.ReadLineAsync(hang.Token) is { } read)
        {
            _read.Add(read);
            if (lines.Contains(read))
            {
                return read;
            }
        }

        throw new EndOfStreamException($"'{string.Join("', '", lines)}' never came. Errors: {await _errors}");
    }

    /// <summary>Sends a signal by name: INT, TERM or KILL. Unix only.</summary>
    public async Task SignalAsync(string name)
    {
        string id = _process.Id.ToString(CultureInfo.InvariantCulture);
        using Process kill = Process.Start("kill", [$"-{name}", id]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Closes the standard input and waits for the end.</summary>
    public async Task<ProcessResult> WaitAsync()
    {
        using CancellationTokenSource hang = new(s_hang);
        _process.StandardInput.Close();
        string rest = await _process.StandardOutput.ReadToEndAsync(hang.Token);
        string errors = await _errors.WaitAsync(hang.Token);
        await _process.WaitForExitAsync(hang.Token);
        string output = string.Concat(_read.Select(line => line + Environment.NewLine)) + rest;
        return new ProcessResult(_process.ExitCode, output, errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
