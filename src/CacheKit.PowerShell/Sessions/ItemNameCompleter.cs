using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Language;
using CacheKit.Core.Cryptography;
using CacheKit.Parameters;

namespace CacheKit.Sessions;

/// <summary>
/// Offers the names of items that this process has used: from memory, never from a store. Those of one tenant are not
/// offered for another.
/// </summary>
public sealed class ItemNameCompleter : IArgumentCompleter
{
    private const int MostTenants = 64;

    private static readonly ConcurrentDictionary<string, SeenNames> s_tenants = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        bool isPattern = parameterName == "Name" && !commandName.StartsWith("Set-", StringComparison.OrdinalIgnoreCase);
        return s_tenants.TryGetValue(TenantOf(fakeBoundParameters), out SeenNames? names)
            ? names.Complete(wordToComplete, isPattern)
            : [];
    }

    /// <summary>Remembers a name.</summary>
    /// <param name="tenant">Whose item it is.</param>
    /// <param name="name">The name.</param>
    internal static void Remember(string tenant, string name)
    {
        if (s_tenants.Count < MostTenants || s_tenants.ContainsKey(tenant))
        {
            s_tenants.GetOrAdd(tenant, _ => new SeenNames()).Remember(name);
        }
    }

    /// <summary>Forgets the name of an item that was removed.</summary>
    /// <param name="tenant">Whose item it was.</param>
    /// <param name="name">The name.</param>
    internal static void Forget(string tenant, string name)
    {
        if (s_tenants.TryGetValue(tenant, out SeenNames? names))
        {
            names.Forget(name);
        }
    }

    /// <summary>Forgets all names of a tenant.</summary>
    /// <param name="tenant">The tenant; null for all.</param>
    internal static void ForgetAll(string? tenant)
    {
        if (tenant is null)
        {
            s_tenants.Clear();
        }
        else
        {
            s_tenants.TryRemove(tenant, out _);
        }
    }

    private static string TenantOf(IDictionary given)
    {
        if (given["Tenant"] is string tenant)
        {
            return tenant;
        }

        object? session = given["Session"] is PSObject wrapped ? wrapped.BaseObject : given["Session"];
        return (session as CacheKitSession ?? SessionScopes.Current)?.Tenant ?? TenantKeyDerivation.DefaultTenant;
    }
}
