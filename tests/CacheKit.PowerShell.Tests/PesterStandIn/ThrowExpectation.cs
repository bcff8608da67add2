using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>What <c>Should -Throw</c> expects; an empty part expects nothing.</summary>
internal sealed class ThrowExpectation(string? message, string errorId, Type? exceptionType)
{
    private static readonly ScriptBlock s_catch = ScriptBlock.Create("""
        param($______block)
        try { $null = & $______block } catch { $_ }
        """);

    /// <summary>Runs a block and returns the error that ended it, or null.</summary>
    public static ErrorRecord? Catch(ScriptBlock block)
    {
        object? caught = s_catch.InvokeReturnAsIs(block);
        return (caught as PSObject)?.BaseObject as ErrorRecord;
    }

    /// <summary>How an error differs from what is expected, or null when it does not.</summary>
    public string? Compare(ErrorRecord? error)
    {
        if (error is null)
        {
            return "Expected an exception to be thrown, but none was.";
        }

        if (exceptionType is not null && !exceptionType.IsInstanceOfType(error.Exception))
        {
            return $"Expected an exception of type {exceptionType}, but it was {error.Exception.GetType()}: {error}";
        }

        if (!IsLike(error.Exception.Message, message))
        {
            return $"Expected an exception with a message like '{message}', but it was '{error.Exception.Message}'.";
        }

        string id = error.FullyQualifiedErrorId;
        return IsLike(id, errorId)
            ? null
            : $"Expected an exception with an error id like '{errorId}', but it was '{id}': {error}";
    }

    private static bool IsLike(string actual, string? pattern)
    {
        return string.IsNullOrWhiteSpace(pattern)
            || WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(actual);
    }
}
