using System.Diagnostics;
using System.Globalization;
using CacheKit.Core.Tests.Support;

namespace CacheKit.PowerShell.Tests.Support;

/// <summary>How a process ended and what it wrote.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The lines of the output, whatever ends them.</summary>
    public IReadOnlyList<string> Lines => Output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}

/// <summary>
/// The PowerShell that .config/dotnet-tools.json pins, as a process of its own in the environment of the test. It finds
/// the built module by name.
/// </summary>
public sealed class PwshProcess : IDisposable
{
    private static readonly Lazy<string> s_pwsh = new(FindPwsh);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly List<string> _read = [];

    private PwshProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts PowerShell with its standard input open: a script reads it by <c>[Console]::In</c>.</summary>
    /// <param name="args">The command line of pwsh, after <c>-NoProfile</c>.</param>
    public static PwshProcess Start(params string[] args)
    {
        ProcessStartInfo start = Redirected([s_pwsh.Value, "-NoProfile", .. args]);
        start.Environment["PSModulePath"] = RepositoryRoot.File("output");
        start.Environment["NO_COLOR"] = "1";
        return new PwshProcess(Process.Start(start)!);
    }

    /// <summary>Runs PowerShell to its end with nothing on its standard input.</summary>
    /// <param name="args">The command line of pwsh, after <c>-NoProfile</c>.</param>
    public static async Task<ProcessResult> RunAsync(params string[] args)
    {
        using PwshProcess pwsh = Start(args);
        return await pwsh.WaitAsync();
    }

    /// <summary>Writes a line to the standard input.</summary>
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
        using CancellationTokenSource hang = new(HangGuard.Limit);
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
        using CancellationTokenSource hang = new(HangGuard.Limit);
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

    /// <summary>
    /// Asks the tool for its own path: <c>dotnet pwsh</c> itself is a process between, which would take the signals.
    /// </summary>
    private static string FindPwsh()
    {
        ProcessStartInfo start = Redirected(["pwsh", "-NoProfile", "-Command", "[Environment]::GetCommandLineArgs()[0]"]);
        start.WorkingDirectory = RepositoryRoot.File();
        start.Environment.Clear();
        foreach ((string name, string? value) in IsolatedEnvironment.Outside)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string path = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return File.Exists(path)
            ? path
            : throw new InvalidOperationException($"Run 'dotnet tool restore' first. {path} {errors.Result}");
    }

    private static ProcessStartInfo Redirected(string[] args) =>
        new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
}
