using System.Text;
using CacheKit.Core.Tests.Support;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.EndToEnd;

/// <summary>What docs/interop.md and samples/interop.ps1 show runs as it stands.</summary>
public sealed class InteropExampleTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();

    public InteropExampleTests()
    {
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
        string database = Path.Combine(_runspace.Environment.Folder, "cache.db");
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", database);
    }

    public void Dispose() => _runspace.Dispose();

    [Fact]
    public void Interop_each_PowerShell_block_of_the_page_runs_without_an_error_or_a_warning()
    {
        List<string> output = [];
        foreach (string block in ReadBlocks("interop.md"))
        {
            ScriptResult result = _runspace.Run(block);
            Assert.True(
                result.Failure is null && result.Errors.Count + result.Warnings.Count == 0,
                $"{block}\n{result.Failure}{string.Join('\n', result.Errors)}{string.Join('\n', result.Warnings)}");
            output.AddRange(result.Values.Select(value => $"{value}"));
        }

        Assert.Contains("alice", output);
        // The pipeline gets what the loop has computed: one object is one argument.
        string[] users = ["user 1", "user 2", "user 3"];
        Assert.Equal([.. users, .. users], output.Where(line => line.StartsWith("user ", StringComparison.Ordinal)));
        Assert.Contains("@{id=7; name=bob}", output);
        // The page says what these bytes are.
        Assert.Contains("922ac2", output);
    }

    [Fact]
    public async Task Interop_the_sample_runs_as_promised()
    {
        ProcessResult result = await PwshProcess.RunAsync("-File", RepositoryRoot.File("samples", "interop.ps1"));

        Assert.Equal(string.Empty, result.Errors);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            [
                "    the block runs for 42",
                "first session:       alice",
                "second session:      alice",
                "the key of all:      users:get_user:b6ffea2de23901f1d6c6293ef85bee825b2dfa1cb78696d6f30d8bad426560c6",
                "with the default:    the same",
            ],
            result.Lines.Take(5));
        Assert.EndsWith(" bytes, only ciphertext", Assert.Single(result.Lines.Skip(5)), StringComparison.Ordinal);
    }

    private static IEnumerable<string> ReadBlocks(string page)
    {
        StringBuilder? block = null;
        foreach (string line in File.ReadLines(RepositoryRoot.File("docs", page)))
        {
            if (line == "```powershell")
            {
                block = new StringBuilder();
            }
            else if (line == "```" && block is not null)
            {
                yield return block.ToString();
                block = null;
            }
            else
            {
                _ = block?.AppendLine(line);
            }
        }
    }
}
