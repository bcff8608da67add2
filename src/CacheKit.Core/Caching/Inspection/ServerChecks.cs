using System.Globalization;

namespace CacheKit.Core.Caching.Inspection;

/// <summary>What is checked of any server.</summary>
internal static class ServerChecks
{
    /// <summary>The name of the check of TLS and the server's certificate.</summary>
    public const string Encryption = nameof(Encryption);

    /// <summary>The name of the check of user and password, or of the key.</summary>
    public const string Authentication = nameof(Authentication);

    private const string Clock = nameof(Clock);

    // An entry from further in the future is not used (EntryCache), and a few seconds are what well-kept clocks differ.
    private static readonly TimeSpan s_tooFar = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_far = TimeSpan.FromSeconds(5);

    /// <summary>Checks how far the clocks are apart.</summary>
    /// <param name="offset">By how much the server's is ahead; null if it does not tell.</param>
    public static StoreCheck CheckClock(TimeSpan? offset)
    {
        if (offset is not { } ahead)
        {
            return StoreCheck.Skipped(Clock, "the server does not tell its time");
        }

        TimeSpan apart = ahead.Duration();
        string detail = string.Create(
            CultureInfo.InvariantCulture,
            $"the server's clock is {apart.TotalSeconds:0.0} s {(ahead < TimeSpan.Zero ? "behind" : "ahead")}");
        const string Advice = "Set the clocks of both machines by NTP.";
        return apart > s_tooFar
            ? StoreCheck.Failed(Clock, $"{detail}: entries that seem to come from the future are not used", Advice)
            : apart > s_far
                ? StoreCheck.Warning(Clock, detail, Advice)
                : StoreCheck.Passed(Clock, detail);
    }

    /// <summary>Checks a connection without TLS.</summary>
    /// <param name="isLocal">Whether it stays in this machine.</param>
    /// <param name="advice">How to have TLS.</param>
    public static StoreCheck CheckNoTls(bool isLocal, string advice) => isLocal
        ? StoreCheck.Passed(Encryption, "no TLS; the connection does not leave this machine")
        : StoreCheck.Warning(
            Encryption,
            "no TLS: password and traffic can be read on the way, and entries of Invoke-Cached changed; those of "
            + "Invoke-SecureCached are encrypted all the same",
            advice);
}
