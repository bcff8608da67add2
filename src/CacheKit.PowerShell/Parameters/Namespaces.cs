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
    /// <exception cref="CacheKitException"><see cref="ErrorIds.NamespaceInvalid"/>.</exception>
    public static void Check(string? name)
    {
        if (name is null || !PhysicalKey.IsNamespace(name))
        {
            throw new CacheKitException(
                ErrorIds.NamespaceInvalid,
                "A namespace is 1 to 64 letters (A-Z), digits, dots, hyphens and underscores.",
                "Give another -Namespace, or put what varies into -Key.",
                target: name);
        }

        NamespaceCompleter.Remember(name);
    }
}
