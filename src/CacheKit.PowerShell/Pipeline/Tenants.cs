using System.Text;
using CacheKit.Completion;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Pipeline;

/// <summary>What a -Tenant may be.</summary>
internal static class Tenants
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Checks the name of a tenant, and remembers it for completion if there is nothing wrong with it.</summary>
    /// <param name="name">What the user gave.</param>
    /// <returns>What is wrong, or null.</returns>
    public static CacheKitException? Check(string? name)
    {
        string? problem = string.IsNullOrWhiteSpace(name) ? "this one is blank" : ProblemOf(name);
        if (problem is not null)
        {
            return new CacheKitException(
                ErrorIds.TenantInvalid,
                $"A tenant is text of 1 to {TenantKeyDerivation.LongestTenant} bytes without control characters: {problem}.",
                "Give another -Tenant, or none for the session's.");
        }

        TenantCompleter.Remember(name!);
        return null;
    }

    private static string? ProblemOf(string name)
    {
        if (name.Any(char.IsControl))
        {
            return "this one has a control character";
        }

        try
        {
            int size = s_strict.GetByteCount(name);
            return size > TenantKeyDerivation.LongestTenant ? $"this one has {size}" : null;
        }
        catch (EncoderFallbackException)
        {
            return "this one is not well-formed Unicode";
        }
    }
}
