using System.Text;
using CacheKit.Host;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Interop;

/// <summary>What docs/interop.md shows runs as it stands, from the top to the bottom.</summary>
public sealed class InteropPageTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();

    public InteropPageTests()
    {
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
        Environment.SetEnvironmentVariable("CACHEKIT_CACHE_PATH", Path.Combine(_runspace.Environment.Folder, "cache.db"));
    }

    public void Dispose() => _runspace.Dispose();

    [Fact]
    public void Each_block_of_PowerShell_runs_without_an_error_or_a_warning()
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

        Assert.Equal("alice", output[0]);
        // The pipeline gets what the loop has computed: one object is one argument.
        Assert.Equal(["user 1", "user 2", "user 3", "user 1", "user 2", "user 3"], output[1..7]);
        Assert.Contains("@{id=7; name=bob}", output);
        // The vector of PROTOCOL section 7: the page says what its bytes are.
        Assert.Contains("922ac2", output);
    }

    private static IEnumerable<string> ReadBlocks(string page)
    {
        StringBuilder? block = null;
        foreach (string line in File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", page)))
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
