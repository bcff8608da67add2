using CacheKit.Core.Diagnostics;

namespace CacheKit.Parameters;

/// <summary>What the -Ttl of a session may be.</summary>
internal static class SessionTtl
{
    /// <summary>Checks it.</summary>
    /// <param name="given">What the user gave, or null.</param>
    /// <returns>What is wrong, or null.</returns>
    public static CacheKitException? Check(Ttl? given)
    {
        string? problem = given?.Problem
            ?? (given?.Script is null ? null : "a session has no result that it could be computed from");
        return problem is null
            ? null
            : new CacheKitException(
                ErrorIds.TtlInvalid, $"-Ttl cannot be used: {problem}.", "Try -Ttl 300 or -Ttl 5m.");
    }
}
