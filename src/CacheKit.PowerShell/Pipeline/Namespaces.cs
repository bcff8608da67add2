using System.Text.RegularExpressions;
using CacheKit.Completion;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Pipeline;

/// <summary>What a -Namespace may be.</summary>
internal static partial class Namespaces
{
    /// <summary>The namespace of a script that names none.</summary>
    public const string Default = "main";

    /// <summary>Checks a namespace, and remembers it for completion if there is nothing wrong with it.</summary>
    /// <param name="name">What the user gave.</param>
    /// <returns>What is wrong, or null.</returns>
    public static CacheKitException? Check(string? name)
    {
        if (name is null || !Form().IsMatch(name))
        {
            return new CacheKitException(
                ErrorIds.NamespaceInvalid,
                "A namespace is 1 to 64 letters (A-Z), digits, dots, hyphens and underscores.",
                "Give another -Namespace, or put what varies into -Key.");
        }

        NamespaceCompleter.Remember(name);
        return null;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
