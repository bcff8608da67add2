namespace CacheKit.Core.Formats;

/// <summary>Says what is wrong with a storage envelope, or with a checksum that stands for one.</summary>
public static class EnvelopeFaults
{
    /// <summary>The end of a sentence that begins with the envelope, or the value.</summary>
    /// <param name="outcome">How reading ended; not well.</param>
    public static string TextOf(EnvelopeOutcome outcome) => outcome switch
    {
        EnvelopeOutcome.InputTooLarge => "is larger than 512 MiB, or declares a content that is",
        EnvelopeOutcome.DeserializationFailed => "does not have the form of one",
        EnvelopeOutcome.DecompressionBomb => "declares a content of more than 1,000 times its size",
        EnvelopeOutcome.DecompressionFailed => "does not decompress",
        EnvelopeOutcome.ChecksumMismatch => "has another checksum than it declares",
        EnvelopeOutcome.SizeValidationFailed => "is shorter than it declares",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}
