using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Execution;

/// <summary>
/// An assignment that fails where errors are silenced: the block goes on, and what it then reads is not the caller's.
/// Not a Pester file, since inside a <c>try</c> such an error would end the block.
/// </summary>
public sealed class SilencedFailureTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();

    public SilencedFailureTests()
    {
        Environment.SetEnvironmentVariable("CACHEKIT_MASTER_KEY", new string('7', 64));
    }

    public void Dispose()
    {
        _runspace.Dispose();
    }

    [Theory]
    [InlineData("$ErrorActionPreference = 'SilentlyContinue'", "")]
    [InlineData("$ErrorActionPreference = 'Ignore'", "")]
    [InlineData("", "$ErrorActionPreference = 'SilentlyContinue';")]
    public void Cache_a_silenced_failed_assignment_does_not_read_the_callers_variable(string before, string inside)
    {
        ScriptResult result = _runspace.Run($$"""
            {{before}}
            foreach ($found in 'first', 'second') {
                Invoke-SecureCached { {{inside}} $found = [int]::Parse('no number'); & { "found: $found" } }
                $found
            }
            """);
        Assert.Equal(["found: ", "first", "found: ", "second"], result.Output.Select(item => item?.ToString()));
    }

    [Fact]
    public void Cache_a_failed_assignment_that_is_not_silenced_is_not_cached()
    {
        ScriptResult result = _runspace.Run("""
            foreach ($found in 'first', 'second') {
                Invoke-SecureCached { $found = [int]::Parse('no number'); & { "found: $found" } } 2> $null
            }
            """);
        Assert.Equal(["found: first", "found: second"], result.Output.Select(item => item?.ToString()));
    }
}
