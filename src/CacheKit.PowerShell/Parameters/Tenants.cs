using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Parameters;

/// <summary>What a -Tenant may be.</summary>
internal static class Tenants
{
    /// <summary>
    /// Checks the name of a tenant, and remembers it for completion if there is nothing wrong with it.
    /// </summary>
    /// <param name="name">What the user gave.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.TenantInvalid"/>.</exception>
    public static void Check(string? name)
    {
        if (NameText.ProblemOf(name, TenantKeyDerivation.LongestTenant) is { } problem)
        {
            throw new CacheKitException(
                ErrorIds.TenantInvalid,
                $"A tenant is text of 1 to {TenantKeyDerivation.LongestTenant} bytes without control characters: "
                + $"{problem}.",
                "Give another -Tenant, or none for the session's.",
                target: name);
        }

        TenantCompleter.Remember(name!);
    }
}
