using CacheKit.Core.Diagnostics;
using CacheKit.Parameters;

namespace CacheKit.Execution;

/// <summary>How the call of a block is answered, whatever its key.</summary>
/// <remarks>Fields, since a process compiles each accessor of a property at its first call.</remarks>
internal sealed class CallOptions
{
    private const string NotComputed = "it cannot be computed from the result";

    private const int LockTimeoutSeconds = 60;

    /// <summary>How long a result is fresh.</summary>
    public readonly Ttl Ttl;

    /// <summary>For how long after that it is returned when the block fails; null for never.</summary>
    public readonly TimeSpan? StaleIfError;

    /// <summary>By which part of it the TTL may be shorter, at random: 0 to 1.</summary>
    public readonly double Jitter;

    /// <summary>How deep objects of types that are not kept as such are looked into.</summary>
    public readonly int Depth;

    /// <summary>How long to wait for another runspace or process that computes the same.</summary>
    public readonly TimeSpan LockTimeout;

    /// <summary>Whether the value may be compressed.</summary>
    public readonly bool Compress;

    /// <summary>Whether a native command that ends with another code than zero is an error.</summary>
    public readonly bool NonZeroExitIsError;

    /// <summary>How the value is written.</summary>
    public readonly Serializer Serializer;

    /// <summary>Whether maps of other languages come back as ordered hashtables instead of objects.</summary>
    public readonly bool AsHashtable;

    /// <summary>Whether the block runs in any case, and its result is stored.</summary>
    public readonly bool Refresh;

    /// <summary>Whether the block runs without the cache.</summary>
    public readonly bool Bypass;

    /// <summary>Whether an entry that is not authentic ends the command, and stays where it is.</summary>
    public readonly bool FailClosed;

    /// <summary>Reads the parameters of a cmdlet.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="given">Which of them were given.</param>
    /// <param name="defaults">What the session says.</param>
    /// <param name="failClosed">Whether an entry that is not authentic ends the command.</param>
    /// <exception cref="CacheKitException">What they say cannot be.</exception>
    public CallOptions(
        ICachingParameters parameters, Dictionary<string, object> given, CallDefaults defaults, bool failClosed)
    {
        Ttl = parameters.Ttl?.Read(nameof(Ttl), whyNoScript: null) ?? defaults.Ttl;
        StaleIfError = parameters.StaleIfError?.Read(nameof(StaleIfError), NotComputed).Duration;
        Jitter = parameters.Jitter;
        Depth = parameters.Depth;
        LockTimeout = parameters.LockTimeout?.Read(nameof(LockTimeout), NotComputed, allowZero: true).Duration
            ?? TimeSpan.FromSeconds(LockTimeoutSeconds);
        Compress = !parameters.NoCompression;
        NonZeroExitIsError = parameters.NonZeroExitIsError;
        Serializer = parameters.Serializer;
        AsHashtable = parameters.AsHashtable;
        Refresh = parameters.Refresh;
        Bypass = parameters.Bypass;
        FailClosed = failClosed;
        CheckInterop(parameters, given);
        if (Refresh && Bypass)
        {
            throw new CacheKitException(
                ErrorIds.ParameterConflict,
                "-Refresh stores the result and -Bypass does not: they cannot be given together.",
                "Give one of them.");
        }
    }

    private static void CheckInterop(ICachingParameters parameters, Dictionary<string, object> given)
    {
        if (given.ContainsKey(nameof(ICachingParameters.Interop)))
        {
            InteropRules.Refuse(given, nameof(Serializer), "what other languages read is always plain MessagePack");
            InteropRules.Refuse(given, nameof(Depth), "objects of other types are not shared");
            InteropRules.Refuse(
                given, nameof(StaleIfError), "an entry has no times of its own, and is gone when its time is over");
        }
        else if (parameters.AsHashtable)
        {
            throw new CacheKitException(
                ErrorIds.ParameterConflict,
                "-AsHashtable says how maps of other languages come back: it has no meaning without -Interop.",
                "Give -Interop, or leave it out.");
        }
    }
}
