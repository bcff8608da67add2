using System.Management.Automation;

namespace CacheKit.Parameters;

/// <summary>The parameters of a cmdlet that runs a block once and caches its result.</summary>
internal interface ICachingParameters : IKeyParameters
{
    /// <summary>The block: run when there is no fresh entry.</summary>
    ScriptBlock ScriptBlock { get; }

    /// <summary>How long its result is fresh; the session's unless given.</summary>
    TtlArgument? Ttl { get; }

    /// <summary>For how long after its time an entry is returned when the block fails.</summary>
    TtlArgument? StaleIfError { get; }

    /// <summary>By which part of it the TTL may be shorter, at random: 0 to 1.</summary>
    double Jitter { get; }

    /// <summary>How deep objects of types that are not kept as such are looked into.</summary>
    int Depth { get; }

    /// <summary>How long to wait for another runspace that computes the same; 60 seconds unless given.</summary>
    TtlArgument? LockTimeout { get; }

    /// <summary>Does not compress the value.</summary>
    SwitchParameter NoCompression { get; }

    /// <summary>Makes a native command of the block that ends with another code than zero an error.</summary>
    SwitchParameter NonZeroExitIsError { get; }

    /// <summary>How its result is written before it is encrypted.</summary>
    Serializer Serializer { get; }

    /// <summary>Gives maps as ordered hashtables instead of objects; with -Interop.</summary>
    SwitchParameter AsHashtable { get; }

    /// <summary>Runs the block in any case, and stores its result.</summary>
    SwitchParameter Refresh { get; }

    /// <summary>Runs the block without the cache.</summary>
    SwitchParameter Bypass { get; }
}
