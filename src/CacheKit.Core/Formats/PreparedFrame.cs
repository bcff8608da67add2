namespace CacheKit.Core.Formats;

/// <summary>
/// A sealed entry with everything that opening it needs and that does not change: what is read from its start, and its
/// associated data. Nothing of it is in clear, and nothing of it is believed before the entry has been opened.
/// </summary>
/// <param name="Frame">The sealed entry.</param>
/// <param name="Header">Its header.</param>
/// <param name="Start">Where the sealed bytes begin.</param>
/// <param name="AssociatedData">What is authenticated beside the clear text.</param>
internal sealed record PreparedFrame(
    ReadOnlyMemory<byte> Frame,
    EntryHeader Header,
    int Start,
    byte[] AssociatedData)
{
    /// <summary>Whether this is of these very bytes: the same memory, not equal memory.</summary>
    /// <param name="frame">A sealed entry.</param>
    public bool IsOf(ReadOnlyMemory<byte> frame) => Frame.Equals(frame);
}
