using System.Diagnostics;
using System.Text.Json;
using CacheKit.Host;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>An installed pwsh with Pester: <c>CACHEKIT_PWSH</c> names it, else it is looked for on PATH.</summary>
internal sealed class InstalledPester
{
    private static readonly Lazy<InstalledPester?> s_instance = new(Find);

    private readonly string _pwsh;

    private InstalledPester(string pwsh)
    {
        _pwsh = pwsh;
    }

    /// <summary>The installed Pester, or null where there is none.</summary>
    public static InstalledPester? Instance => s_instance.Value;

    /// <summary>Runs a file; an error outside of its tests fails those that would have passed.</summary>
    public ILookup<string, PesterResult> Run(string file, string folder)
    {
        string driver = Path.Combine(AppContext.BaseDirectory, "PesterStandIn", "Invoke-InstalledPester.ps1");
        string resultPath = Path.Combine(folder, "pester.json");
        (int exitCode, string text) = Start(_pwsh, "-File", driver, "-Path", file, "-ResultPath", resultPath);
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
        string? pwsh = named ?? folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return pwsh is not null && HasPester(pwsh) ? new InstalledPester(pwsh) : null;
    }

    private static bool HasPester(string pwsh)
    {
        const string Question = "exit [int] -not (Get-Module -ListAvailable Pester | Where-Object Version -ge 5.0)";
        return Start(pwsh, "-Command", Question).ExitCode == 0;
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

    private sealed record Report(string[] Broken, ReportedTest[] Tests)
    {
        public PesterResult Judge(ReportedTest test)
        {
            return test.Outcome switch
            {
                "Skipped" => new PesterResult(PesterOutcome.Skipped, test.Message),
                "Passed" when Broken.Length == 0 => new PesterResult(PesterOutcome.Passed, ""),
                "Passed" => new PesterResult(PesterOutcome.Failed, string.Join(Environment.NewLine, Broken)),
                _ => new PesterResult(PesterOutcome.Failed, test.Message),
            };
        }
    }

    private sealed record ReportedTest(string Name, string Outcome, string Message);
}
