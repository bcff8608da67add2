using System.Management.Automation;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Parameters;

/// <summary>The names of items: what they may be, and how a user asks for several.</summary>
internal static class ItemNames
{
    /// <summary>How many bytes in UTF-8 a name may have.</summary>
    public const int Longest = 1024;

    /// <summary>Says what is wrong with a name.</summary>
    /// <param name="name">What the user gave.</param>
    /// <returns>The failure, or null.</returns>
    public static CacheKitException? ProblemOf(string? name) => NameText.ProblemOf(name, Longest) is { } problem
        ? new CacheKitException(
            ErrorIds.ItemNameInvalid,
            $"The name of an item is text of 1 to {Longest} bytes without control characters: {problem}.",
            "Give another -Name.",
            target: name)
        : null;

    /// <summary>
    /// The pattern of a name with wildcards. Upper and lower case differ, as they do in names: a removal must not take
    /// more than was meant.
    /// </summary>
    /// <param name="name">What the user gave.</param>
    /// <returns>Null when there are no wildcards in it.</returns>
    public static WildcardPattern? PatternOf(string name) => WildcardPattern.ContainsWildcardCharacters(name)
        ? new WildcardPattern(name, WildcardOptions.CultureInvariant)
        : null;

    /// <summary>There is no item of that name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="namespace">Where it was looked for.</param>
    public static CacheKitException NotFound(string name, string @namespace) => new(
        ErrorIds.ItemNotFound,
        $"There is no item '{name}' in the namespace '{@namespace}'.",
        "Get-CacheKitEntry lists what there is; -Namespace and -Tenant look elsewhere.",
        target: name);

    /// <summary>
    /// Refuses a command that nothing was given to. Entries must come first in binding, since they have a name that is
    /// no pattern, so that no parameter can be mandatory in their stead.
    /// </summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.ItemNameInvalid"/>.</exception>
    public static void RefuseNothing(PSCmdlet cmdlet)
    {
        if (cmdlet.ParameterSetName == ParameterSets.Entry && !cmdlet.MyInvocation.ExpectingInput
            && !cmdlet.MyInvocation.BoundParameters.ContainsKey("InputObject"))
        {
            throw new CacheKitException(ErrorIds.ItemNameInvalid, "There is no name to look for.", "Give -Name.");
        }
    }
}
