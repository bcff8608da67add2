using System.Management.Automation;

namespace CacheKit.CacheKeys;

/// <summary>What a call gives for its key (DESIGN section 5).</summary>
/// <param name="Block">The block; null when there is a name.</param>
/// <param name="Name">The name that stands for the block, its variables and its arguments, or null.</param>
/// <param name="Arguments">The arguments of the block.</param>
/// <param name="VaryBy">What else tells one entry from another.</param>
/// <param name="HasInput">Whether there is an input object.</param>
/// <param name="Input">The input object.</param>
internal readonly record struct KeyBasis(
    ScriptBlock? Block,
    string? Name,
    object?[]? Arguments,
    object?[]? VaryBy,
    bool HasInput,
    object? Input);
