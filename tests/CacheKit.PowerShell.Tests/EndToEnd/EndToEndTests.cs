using CacheKit.Core.Tests.Support;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.EndToEnd;

/// <summary>The main job across real processes.</summary>
public sealed class EndToEndTests : IDisposable
{
    private const string Setup = "Import-Module CacheKit; $ErrorActionPreference = 'Stop'\n";

    private readonly IsolatedEnvironment _environment = new();

    public EndToEndTests()
    {
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", Path.Combine(_environment.Folder, "cache.db"));
    }

    public void Dispose()
    {
        _environment.Dispose();
    }

    [Fact]
    public async Task Docs_the_quickstart_sample_runs_as_promised()
    {
        ProcessResult result = await PwshProcess.RunAsync("-File", RepositoryRoot.File("samples", "quickstart.ps1"));

        Assert.Equal(string.Empty, result.Errors);
        Assert.Equal(0, result.ExitCode);
        Assert.Collection(
            result.Lines,
            line => Assert.StartsWith("asking the vault", line, StringComparison.Ordinal),
            line => Assert.Matches("^first call.*DbAdmin, password right: True$", line),
            line => Assert.Matches("^second call.*DbAdmin, password right: True$", line),
            line => Assert.Matches("^another process.*DbAdmin, password right: True$", line),
            line => Assert.EndsWith("only ciphertext", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cache_another_process_with_the_same_key_does_not_run_the_block()
    {
        ProcessResult first = await RunAsync("Invoke-SecureCached -Key shared { 'from the first' }");
        ProcessResult second = await RunAsync("Invoke-SecureCached -Key shared { 'from the second' }");

        Assert.Equal("from the first", Assert.Single(first.Lines));
        Assert.Equal("from the first", Assert.Single(second.Lines));
    }

    [Fact]
    public async Task Cache_another_process_with_another_key_finds_nothing()
    {
        await RunAsync("Invoke-SecureCached -Key shared { 'from the first' }");
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('8', 64));
        ProcessResult second = await RunAsync("Invoke-SecureCached -Key shared { 'from the second' }");

        Assert.Equal("from the second", Assert.Single(second.Lines));
        Assert.Equal(string.Empty, second.Errors);
    }

    [Fact]
    public async Task Sqlite_processes_at_once_share_one_database_without_a_warning()
    {
        const string Script = """
            foreach ($round in 1..3) {
                foreach ($i in 1..60) {
                    $value = Invoke-SecureCached -Key "item $i" { "value $i" }
                    if ($value -cne "value $i") { throw "item $i is '$value'" }
                }
            }
            'done'
            """;

        ProcessResult[] results = await Task.WhenAll(RunAsync(Script), RunAsync(Script), RunAsync(Script));

        Assert.All(results, result => Assert.Equal(["done"], result.Lines));
        Assert.All(results, result => Assert.Equal(string.Empty, result.Errors));
    }

    [Fact]
    public async Task Sqlite_a_killed_process_leaves_every_entry_that_it_reported()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGKILL.");
        using PwshProcess pwsh = PwshProcess.Start("-Command", Setup + """
            for ($i = 1; ; $i++) {
                $null = Invoke-SecureCached -Key "item $i" { "value $i" }
                "item $i"
            }
            """);
        await pwsh.WaitForLineAsync("item 300");
        await pwsh.SignalAsync("KILL");
        ProcessResult killed = await pwsh.WaitAsync();

        Assert.NotInRange(killed.Lines.Count, 0, 299);
        ProcessResult after = await RunAsync($$"""
            foreach ($i in 1..{{killed.Lines.Count}}) {
                $value = Invoke-SecureCached -Key "item $i" { 'lost' }
                if ($value -cne "value $i") { "item $i is '$value'" }
            }
            'done'
            """);
        Assert.Equal(["done"], after.Lines);
    }

    [Fact]
    public async Task Cache_the_files_hold_no_value_name_or_tenant()
    {
        using PwshProcess pwsh = PwshProcess.Start("-Command", Setup + """
            $null = Invoke-SecureCached -Key 'telling-name' { 'telling-value' }
            $argument = 'telling-argument'
            $null = Invoke-SecureCached -ArgumentList $argument { param($Text) "$Text is $argument" }
            'written'
            $null = [Console]::In.ReadLine()
            """);
        // Read while the process lives: the write-ahead log is part of the store.
        await pwsh.WaitForLineAsync("written");
        string[] files = Directory.GetFiles(_environment.Folder, "cache.db*");

        Assert.Contains(files, file => file.EndsWith("-wal", StringComparison.Ordinal));
        foreach (string file in files)
        {
            string content = System.Text.Encoding.Latin1.GetString(ReadShared(file));
            Assert.DoesNotContain("telling", content, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("default", content, StringComparison.OrdinalIgnoreCase);
        }

        await pwsh.WaitAsync();
    }

    private static Task<ProcessResult> RunAsync(string script) => PwshProcess.RunAsync("-Command", Setup + script);

    private static byte[] ReadShared(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
