using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests;

/// <summary>The host as a process: its streams, its exit code and how it stops.</summary>
public sealed class HostProcessTests : IDisposable
{
    private const string Endless = """
        try {
            Write-Host 'started'
            while ($true) { Start-Sleep -Seconds 60 }
        } finally {
            Write-Host 'cleaned up'
        }
        """;

    private const string EndlessCleanup = """
        try {
            Write-Host 'started'
            while ($true) { Start-Sleep -Seconds 60 }
        } finally {
            Write-Host 'cleaning up'
            [System.Threading.Thread]::Sleep(-1)
        }
        """;

    private readonly IsolatedEnvironment _environment = new();

    public void Dispose()
    {
        _environment.Dispose();
    }

    [Fact]
    public async Task Streams_and_exit_code_are_those_of_the_script()
    {
        ProcessResult result = await HostProcess.RunAsync("-Command", "'out'; Write-Error 'err'; exit 5");

        Assert.Equal("out", Assert.Single(result.Lines));
        Assert.Contains("err", result.Errors, StringComparison.Ordinal);
        Assert.Equal(5, result.ExitCode);
    }

    [Fact]
    public async Task A_native_command_is_run_and_its_exit_code_known()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sh.");

        ProcessResult result = await HostProcess.RunAsync("-Command", "sh -c 'echo native; exit 3'; $LASTEXITCODE");

        Assert.Equal(["native", "3"], result.Lines);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_stops_the_script_and_its_finally_blocks_run(string signal, int exitCode)
    {
        SkipWithoutSignals();
        using HostProcess host = HostProcess.Start(WriteScript(Endless));
        await host.WaitForLineAsync("started");

        await host.SignalAsync(signal);
        ProcessResult result = await host.WaitAsync();

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal(["started", "cleaned up"], result.Lines);
        Assert.Empty(result.Errors);
    }

    [Fact]
    public async Task A_second_signal_ends_what_does_not_stop()
    {
        SkipWithoutSignals();
        using HostProcess host = HostProcess.Start(WriteScript(EndlessCleanup));
        await host.WaitForLineAsync("started");

        await host.SignalAsync("INT");
        await host.WaitForLineAsync("cleaning up");
        await host.SignalAsync("INT");
        ProcessResult result = await host.WaitAsync();

        Assert.Equal(130, result.ExitCode);
    }

    [Fact]
    public async Task Output_comes_line_by_line()
    {
        // The second line is written only when the first was read; a host that kept it back would hang here.
        string script = WriteScript("'first'; $answer = $Host.UI.ReadLine(); \"second $answer\"");
        using HostProcess host = HostProcess.Start(script);

        await host.WaitForLineAsync("first");
        host.WriteLine("answer");
        ProcessResult result = await host.WaitAsync();

        Assert.Equal(["first", "second answer"], result.Lines);
    }

    private static void SkipWithoutSignals()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send to one process.");
        Assert.SkipWhen(IgnoresInterrupt(), "SIGINT is ignored here, and children inherit that.");
    }

    /// <summary>Shells start background jobs with SIGINT ignored; only Linux tells.</summary>
    private static bool IgnoresInterrupt()
    {
        const string Status = "/proc/self/status";
        const string Field = "SigIgn:";
        const ulong Interrupt = 1UL << 1;
        IEnumerable<string> lines = File.Exists(Status) ? File.ReadLines(Status) : [];
        string? mask = lines.FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal))?[Field.Length..];
        return mask is not null && (Convert.ToUInt64(mask.Trim(), 16) & Interrupt) != 0;
    }

    private string WriteScript(string text)
    {
        string path = Path.Combine(_environment.Folder, "script.ps1");
        File.WriteAllText(path, text);
        return path;
    }
}
