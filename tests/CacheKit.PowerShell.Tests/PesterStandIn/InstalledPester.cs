using System.Diagnostics;
using System.Text.Json;
using CacheKit.Host;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>An installed pwsh with Pester: <c>CACHEKIT_PWSH</c> names it, else it is looked for on PATH.</summary>
internal sealed class InstalledPester
{
    private static readonly Lazy<InstalledPester?> s_instance = new(Find);

    private readonly string _pwsh;
    private readonly string _pester;

    private InstalledPester(string pwsh, string pester)
    {
        _pwsh = pwsh;
        _pester = pester;
    }

    /// <summary>The installed Pester, or null where there is none.</summary>
    public static InstalledPester? Instance => s_instance.Value;

    /// <summary>Runs a file; an error outside of its tests fails those that would have passed.</summary>
    public ILookup<string, PesterResult> Run(string file, string folder)
    {
        string driver = Path.Combine(AppContext.BaseDirectory, "PesterStandIn", "Invoke-InstalledPester.ps1");
        string resultPath = Path.Combine(folder, "pester.json");
        string[] args = ["-File", driver, "-Path", file, "-PesterPath", _pester, "-ResultPath", resultPath];
        (int exitCode, string text) = Start(_pwsh, args);
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"'{file}' was not run: {text}");
        }

        Report report = JsonSerializer.Deserialize<Report>(File.ReadAllText(resultPath))!;
        return report.Tests.ToLookup(test => test.Name, test => report.Judge(test));
    }

    private static InstalledPester? Find()
    {
        string? named = Environment.GetEnvironmentVariable("CACHEKIT_PWSH");
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string name = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";
        string? pwsh = string.IsNullOrEmpty(named)
            ? folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            : named;
        return pwsh is not null && FindPester(pwsh) is { } pester ? new InstalledPester(pwsh, pester) : null;
    }

    private static string? FindPester(string pwsh)
    {
        const string Question = """
            $found = Get-Module -ListAvailable Pester | Where-Object { $_.Version.Major -ge 5 } | Select-Object -First 1
            if ($found) { $found.Path } else { exit 1 }
            """;
        (int exitCode, string text) = Start(pwsh, "-Command", Question);
        return exitCode == 0 ? text.Trim() : null;
    }

    private static (int ExitCode, string Text) Start(string pwsh, params string[] args)
    {
        ProcessStartInfo start = new(pwsh, ["-NoProfile", "-NonInteractive", .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string others = Environment.GetEnvironmentVariable("PSModulePath") ?? "";
        start.Environment["PSModulePath"] = string.Join(Path.PathSeparator, EngineFactory.ModuleFolder, others);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    private sealed record Report(ReportedBlock[] Broken, ReportedTest[] Tests)
    {
        public PesterResult Judge(ReportedTest test)
        {
            string[] faults = [.. Broken.Where(block => block.Holds(test)).Select(block => block.Message)];
            string reasons = string.Join(Environment.NewLine, [test.Message, .. faults]);
            return test.Outcome switch
            {
                "Skipped" => new PesterResult(PesterOutcome.Skipped, test.Message),
                "Passed" when faults.Length == 0 => new PesterResult(PesterOutcome.Passed, ""),
                _ => new PesterResult(PesterOutcome.Failed, reasons),
            };
        }
    }

    private sealed record ReportedBlock(string Name, string Message)
    {
        public bool Holds(ReportedTest test)
        {
            return Name.Length == 0 || test.Name.StartsWith($"{Name}.", StringComparison.Ordinal);
        }
    }

    private sealed record ReportedTest(string Name, string Outcome, string Message);
}
