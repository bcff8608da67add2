using CacheKit.Core.Diagnostics;
using CacheKit.Parameters;

namespace CacheKit.Execution;

/// <summary>How the call of a block is answered, whatever its key.</summary>
internal sealed record CallOptions
{
    private static readonly TimeSpan s_lockTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How long a result is fresh.</summary>
    public Ttl Ttl { get; init; } = Ttl.Default;

    /// <summary>For how long after that it is returned when the block fails; null for never.</summary>
    public TimeSpan? StaleIfError { get; init; }

    /// <summary>By which part of it the TTL may be shorter, at random: 0 to 1.</summary>
    public double Jitter { get; init; }

    /// <summary>How deep objects of types that are not kept as such are looked into.</summary>
    public int Depth { get; init; } = 2;

    /// <summary>How long to wait for another runspace or process that computes the same.</summary>
    public TimeSpan LockTimeout { get; init; } = s_lockTimeout;

    /// <summary>Whether the value may be compressed.</summary>
    public bool Compress { get; init; } = true;

    /// <summary>Whether a native command that ends with another code than zero is an error.</summary>
    public bool NonZeroExitIsError { get; init; }

    /// <summary>How the value is written.</summary>
    public Serializer Serializer { get; init; }

    /// <summary>Whether maps of other languages come back as ordered hashtables instead of objects.</summary>
    public bool AsHashtable { get; init; }

    /// <summary>Whether the block runs in any case, and its result is stored.</summary>
    public bool Refresh { get; init; }

    /// <summary>Whether the block runs without the cache.</summary>
    public bool Bypass { get; init; }

    /// <summary>Whether an entry that is not authentic ends the command, and stays where it is.</summary>
    public bool FailClosed { get; init; }

    /// <summary>Reads the parameters of a cmdlet.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="given">Which of them were given.</param>
    /// <param name="defaults">What the session says.</param>
    /// <param name="failClosed">Whether an entry that is not authentic ends the command.</param>
    /// <exception cref="CacheKitException">What they say cannot be.</exception>
    public static CallOptions Of(
        ICachingParameters parameters, Dictionary<string, object> given, CallDefaults defaults, bool failClosed)
    {
        const string NotComputed = "it cannot be computed from the result";
        CallOptions options = new()
        {
            Ttl = parameters.Ttl?.Read(nameof(Ttl), whyNoScript: null) ?? defaults.Ttl,
            StaleIfError = parameters.StaleIfError?.Read(nameof(StaleIfError), NotComputed).Duration,
            Jitter = parameters.Jitter,
            Depth = parameters.Depth,
            LockTimeout = parameters.LockTimeout?.Read(nameof(LockTimeout), NotComputed, allowZero: true).Duration
                ?? s_lockTimeout,
            Compress = !parameters.NoCompression,
            NonZeroExitIsError = parameters.NonZeroExitIsError,
            Serializer = parameters.Serializer,
            AsHashtable = parameters.AsHashtable,
            Refresh = parameters.Refresh,
            Bypass = parameters.Bypass,
            FailClosed = failClosed,
        };
        CheckInterop(parameters, given);
        if (options is { Refresh: true, Bypass: true })
        {
            throw new CacheKitException(
                ErrorIds.ParameterConflict,
                "-Refresh stores the result and -Bypass does not: they cannot be given together.",
                "Give one of them.");
        }

        return options;
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
