using CacheKit.CacheKeys;
using CacheKit.Core.Keys;

namespace CacheKit.Execution;

/// <summary>An input object that waits for the lookup of its batch.</summary>
/// <param name="Input">The input object.</param>
/// <param name="Keys">Where its entry lies.</param>
/// <param name="Variables">The free variables of the block with the values that its key was computed from.</param>
internal sealed record PendingCall(
    CallInput Input,
    EntryKeys Keys,
    IReadOnlyList<KeyValuePair<string, object?>> Variables);
