using System.Management.Automation.Language;
using CacheKit.Core.Diagnostics;

namespace CacheKit.CacheKeys;

/// <summary>Why no key can be derived from a block.</summary>
/// <param name="Reason">What it does: the predicate of a sentence about the block.</param>
/// <param name="Place">Where it does so.</param>
internal sealed record Refusal(string Reason, IScriptExtent Place)
{
    /// <summary>What a user can do about it.</summary>
    public const string WaysOut =
        "Name the entry with -Key, and say with -VaryBy what else its value depends on; or give the block plain values "
        + "with -ArgumentList. -VaryBy { ... } tells one input object from another.";

    private const int LongestConstruct = 60;

    /// <summary>The error that ends the call.</summary>
    public CacheKitException ToException() => new(
        ErrorIds.KeyNotDerivable,
        $"The block {Reason} ({Describe(Place)}), so that no key can be derived.",
        WaysOut);

    /// <summary>Names a place in a script: the construct in one line, and where it stands.</summary>
    /// <param name="place">The place.</param>
    public static string Describe(IScriptExtent place)
    {
        string text = string.Join(' ', place.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        string construct = text.Length <= LongestConstruct ? text : $"{text[..(LongestConstruct - 3)]}...";
        string file = string.IsNullOrEmpty(place.File) ? string.Empty : $" of {Path.GetFileName(place.File)}";
        return $"{construct}, line {place.StartLineNumber}{file}";
    }
}
