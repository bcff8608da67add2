namespace CacheKit.Core.Formats;

/// <summary>Says what is wrong with a frame of the Python SDK.</summary>
public static class PythonFrameFaults
{
    /// <summary>What follows the word for the frame in a sentence.</summary>
    /// <param name="outcome">How reading it ended: neither well, nor with something that is no frame.</param>
    public static string TextOf(PythonFrameOutcome outcome) => outcome switch
    {
        PythonFrameOutcome.TooShort => "that is cut off before its header",
        PythonFrameOutcome.OtherVersion => "of another version",
        PythonFrameOutcome.HeaderPastEnd => "that is cut off in its header",
        PythonFrameOutcome.HeaderUnreadable => "whose header is not readable",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}
