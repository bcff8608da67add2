using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;

namespace CacheKit.Parameters;

/// <summary>What a -Namespace may be.</summary>
internal static class Namespaces
{
    /// <summary>The namespace of a script that names none.</summary>
    public const string Default = "main";

    /// <summary>Checks a namespace, and remembers it for completion if there is nothing wrong with it.</summary>
    /// <param name="name">What the user gave.</param>
    /// <returns>What is wrong, or null.</returns>
    public static CacheKitException? Check(string? name)
    {
        if (name is null || !PhysicalKey.IsNamespace(name))
        {
            return new CacheKitException(
                ErrorIds.NamespaceInvalid,
                "A namespace is 1 to 64 letters (A-Z), digits, dots, hyphens and underscores.",
                "Give another -Namespace, or put what varies into -Key.");
        }

        NamespaceCompleter.Remember(name);
        return null;
    }
}
