using CacheKit.CacheKeys;
using CacheKit.Core.Keys;

namespace CacheKit.Execution;

/// <summary>An input object that waits for the lookup of its batch.</summary>
/// <param name="Input">The input object.</param>
/// <param name="Keys">Where its entry lies.</param>
internal sealed record PendingCall(CallInput Input, EntryKeys Keys);
