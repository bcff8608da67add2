using CacheKit.Host;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests;

/// <summary>The host runs scripts as pwsh does: arguments, streams, exit codes and modules.</summary>
public sealed class HostTests : IDisposable
{
    private readonly IsolatedEnvironment _environment = new();

    public void Dispose()
    {
        _environment.Dispose();
    }

    [Fact]
    public async Task Named_arguments_and_switches_bind_to_the_parameters_of_the_script()
    {
        string script = WriteScript("""
            param([string] $Name, [int] $Count, [switch] $Loud, [switch] $Quiet, [string[]] $List)
            "$Name $Count $Loud $Quiet $($List -join '+') $($Count.GetType().Name)"
            """);

        ProcessResult result = await RunAsync(
            "-File", script, "-Name", "a b", "-Loud", "-Count:3", "-Quiet:$false", "-List", "x");

        Assert.Equal("a b 3 True False x Int32", Assert.Single(result.Lines));
    }

    [Fact]
    public async Task Positional_arguments_bind_in_order_and_the_rest_is_kept()
    {
        string script = WriteScript("""
            param([string] $First, [Parameter(ValueFromRemainingArguments)] [string[]] $Rest)
            "$First | $($Rest -join ',')"
            """);

        ProcessResult result = await RunAsync(script, "one", "two", "three");

        Assert.Equal("one | two,three", Assert.Single(result.Lines));
    }

    [Fact]
    public async Task A_script_knows_where_it_is()
    {
        string script = WriteScript("$PSCommandPath; $PSScriptRoot; $MyInvocation.MyCommand.Name");

        ProcessResult result = await RunAsync(script);

        Assert.Equal([script, _environment.Folder, Path.GetFileName(script)], result.Lines);
    }

    [Fact]
    public async Task Everything_but_errors_goes_to_the_output()
    {
        string script = WriteScript("""
            Write-Output 'output'
            Write-Warning 'warning'
            Write-Verbose 'verbose' -Verbose
            Write-Debug 'debug' -Debug
            Write-Host 'host'
            Write-Information 'silent'
            Write-Information 'information' -InformationAction Continue
            Write-Progress 'progress'
            Write-Error 'error'
            'last'
            """);

        ProcessResult result = await RunAsync(script);

        Assert.Equal(
            ["output", "WARNING: warning", "VERBOSE: verbose", "DEBUG: debug", "host", "information", "last"],
            result.Lines);
        Assert.Contains("error", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("error", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Objects_are_formatted_without_colours()
    {
        ProcessResult result = await RunAsync("-Command", "[pscustomobject]@{ Name = 'x'; Size = 1 }");

        Assert.Equal(["", "Name Size", "---- ----", "x       1", ""], result.Lines.Append(""));
    }

    [Fact]
    public async Task An_error_says_where_it_happened()
    {
        string script = WriteScript("'before'\nthrow 'the reason'\n'after'");

        ProcessResult result = await RunAsync(script);

        Assert.Equal("before", Assert.Single(result.Lines));
        Assert.Contains($"{script}:2", result.Errors, StringComparison.Ordinal);
        Assert.Contains("the reason", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Errors);
    }

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("& { exit 7 }; 'not reached'", 7)]
    [InlineData("throw 'x'", 1)]
    [InlineData("Write-Error 'x'", 0)]
    [InlineData("Write-Error 'x' -ErrorAction Stop", 1)]
    [InlineData("this is not ( valid", 1)]
    [InlineData("param([Parameter(Mandatory)] $Needed)", 1)]
    public async Task A_script_ends_with_the_exit_code_of_pwsh(string text, int exitCode)
    {
        ProcessResult result = await RunAsync("-NoProfile", "-NonInteractive", "-File", WriteScript(text));

        Assert.Equal(exitCode, result.ExitCode);
        Assert.DoesNotContain("not reached", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 + 1", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("throw 'x'", 1)]
    [InlineData("Write-Error 'x'", 1)]
    [InlineData("Write-Error 'x'; 1", 0)]
    [InlineData("Get-Nothing", 1)]
    [InlineData("if (", 1)]
    public async Task A_command_ends_with_the_success_of_its_last_statement(string text, int exitCode)
    {
        Assert.Equal(exitCode, (await RunAsync("-Command", text)).ExitCode);
    }

    [Fact]
    public async Task The_words_after_Command_are_joined()
    {
        ProcessResult result = await RunAsync("-NoLogo", "-Command", "'a',", "'b'", "-join", "'+'");

        Assert.Equal("a+b", Assert.Single(result.Lines));
    }

    [Theory]
    [InlineData("nothing.ps1")]
    [InlineData("-File", "nothing.ps1")]
    [InlineData("-File")]
    [InlineData("-Command")]
    [InlineData("-Unknown")]
    [InlineData]
    public async Task A_command_line_that_names_nothing_to_run_is_refused(params string[] args)
    {
        ProcessResult result = await RunAsync(args);

        Assert.Equal(ScriptHost.UsageExitCode, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains(args.Length > 0 ? args[^1] : "-Command", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_no_error()
    {
        ProcessResult result = await RunAsync("-Help");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("-File", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_built_module_is_imported_by_name()
    {
        ProcessResult result = await RunAsync("-Command", "Import-Module CacheKit; (Get-Module CacheKit).Path");

        Assert.StartsWith(EngineFactory.ModuleFolder, Assert.Single(result.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_load_the_module_that_has_them()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_environment.Folder, "Sample")).FullName;
        File.WriteAllText(Path.Combine(folder, "Sample.psm1"), "function Get-Sample { 'found' }");
        Environment.SetEnvironmentVariable("PSModulePath", _environment.Folder);

        ProcessResult result = await RunAsync(
            "-Command", "Get-Sample; ($env:PSModulePath -split [IO.Path]::PathSeparator)[0]");

        Assert.Equal(["found", EngineFactory.ModuleFolder], result.Lines);
    }

    [Theory]
    [InlineData("y", true)]
    [InlineData("n", false)]
    public async Task Confirmation_is_read_from_the_input(string answer, bool removed)
    {
        string file = Path.Combine(_environment.Folder, "file.txt");
        File.WriteAllText(file, "");
        string[] args = ["-Command", $"Remove-Item '{file}' -Confirm"];
        using StringWriter output = new();
        using StringReader input = new(answer);

        await ScriptHost.RunAsync(args, output, output, input, TestContext.Current.CancellationToken);

        Assert.Equal(removed, !File.Exists(file));
    }

    [Fact]
    public async Task A_question_that_nobody_answers_is_an_error()
    {
        ProcessResult result = await RunAsync("-Command", "New-Item x -ItemType File -Confirm");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nobody is there", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_stopped_before_it_starts_does_not_run()
    {
        using StringWriter output = new();
        CancellationToken stopped = new(canceled: true);

        int exitCode = await ScriptHost.RunAsync(["-Command", "'run'"], output, output, input: null, stopped);

        Assert.Equal(ScriptHost.StoppedExitCode, exitCode);
        Assert.Empty(output.ToString());
    }

    [Fact]
    public async Task Parallel_blocks_find_the_same_commands()
    {
        ProcessResult result = await RunAsync(
            "-Command", "1..3 | ForEach-Object -Parallel { Write-Output ($_ * 2) } | Sort-Object");

        Assert.Equal(["2", "4", "6"], result.Lines);
    }

    private static async Task<ProcessResult> RunAsync(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        int exitCode = await ScriptHost.RunAsync(args, output, errors);
        return new ProcessResult(exitCode, output.ToString(), errors.ToString());
    }

    private string WriteScript(string text)
    {
        string path = Path.Combine(_environment.Folder, "script.ps1");
        File.WriteAllText(path, text);
        return path;
    }
}
