using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;

namespace CacheKit.Parameters;

/// <summary>What interop mode refuses (PROTOCOL sections 7.1 and 7.5): nothing is made to fit.</summary>
internal static class InteropRules
{
    private const string Segment =
        "1 to 64 lower-case letters, digits, dots, hyphens and underscores, begins with a letter or digit, and has no "
        + "'..'";

    /// <summary>Checks the names that make the key, and remembers them for completion.</summary>
    /// <param name="operation">The operation that the user gave.</param>
    /// <param name="namespace">The namespace of the call; null when neither the call nor its session names one.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.InteropNameInvalid"/>.</exception>
    public static void CheckNames(string? operation, string? @namespace)
    {
        if (operation is null || !InteropKey.IsOperation(operation))
        {
            throw new CacheKitException(
                ErrorIds.InteropNameInvalid,
                $"The operation of an interop entry has {Segment}.",
                "Give the name that all participants have agreed on, such as -Interop get_user.",
                target: operation);
        }

        if (@namespace is null)
        {
            throw new CacheKitException(
                ErrorIds.InteropNameInvalid,
                "An interop entry needs a namespace: it is the first part of the key that other languages compute.",
                "Give -Namespace, or a session that was made with one.",
                target: operation);
        }

        if (!InteropKey.IsNamespace(@namespace))
        {
            throw new CacheKitException(
                ErrorIds.InteropNameInvalid,
                $"The namespace of an interop entry has {Segment}; 'ns' and 'nsapi' are reserved.",
                "Give the name that all participants have agreed on, such as -Namespace users.",
                target: operation);
        }

        NamespaceCompleter.Remember(@namespace);
        OperationCompleter.Remember(operation);
    }

    /// <summary>Checks arguments that were given.</summary>
    /// <param name="arguments">What the user gave.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.InteropArgumentInvalid"/>.</exception>
    public static void CheckArguments(object?[]? arguments)
    {
        if (arguments is null)
        {
            throw new CacheKitException(
                ErrorIds.InteropArgumentInvalid,
                "-ArgumentList is $null, which may mean no argument or one that is $null.",
                "Leave it out, or give @($null).");
        }
    }

    /// <summary>Refuses a parameter that means nothing with -Interop, if it was given.</summary>
    /// <param name="given">What was given.</param>
    /// <param name="parameter">The name of the parameter.</param>
    /// <param name="reason">Why, as the end of a sentence.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.ParameterConflict"/>.</exception>
    public static void Refuse(Dictionary<string, object> given, string parameter, string reason)
    {
        if (given.ContainsKey(parameter))
        {
            throw new CacheKitException(
                ErrorIds.ParameterConflict,
                $"-{parameter} cannot be given with -Interop: {reason}.",
                "Give one of them.");
        }
    }

    /// <summary>Checks where entries would lie, and whose they would be.</summary>
    /// <param name="store">The session's store.</param>
    /// <param name="tenant">The tenant of the call.</param>
    /// <param name="shared">The tenant that the session was made with.</param>
    /// <exception cref="CacheKitException">Nobody could share them.</exception>
    public static void Check(StoreChoice store, string tenant, string shared)
    {
        if (!store.CanShare)
        {
            throw store.Kind == StoreKind.Memory
                ? new CacheKitException(
                    ErrorIds.InteropStoreUnsuitable,
                    "The session keeps its entries in the memory of this process, where no other program finds them.",
                    "Use a session with a store that all participants reach, such as New-CacheKitSession -Redis.")
                : new CacheKitException(
                    ErrorIds.InteropStoreUnsuitable,
                    "The backend does not end entries: its -Set block takes no $Ttl, so that each value has its end in "
                    + "front, which no other program reads.",
                    "Register it with a -Set block that begins with param($Key, $Value, $Ttl) and ends what it stores "
                    + "by it.");
        }

        if (tenant != shared)
        {
            throw new CacheKitException(
                ErrorIds.InteropTenantConflict,
                $"Interop entries are shared under one tenant, and the session's is '{shared}', not '{tenant}': the keys "
                + "of two tenants would be the same.",
                "Make a session with the tenant that all participants have agreed on: New-CacheKitSession -Tenant.");
        }
    }
}
