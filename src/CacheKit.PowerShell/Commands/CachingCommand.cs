using System.Management.Automation;
using CacheKit.Core.Diagnostics;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <summary>The base of the cmdlets that run a block once and cache its result: their common parameters.</summary>
public abstract class CachingCommand : KeyedCommand
{
    private static readonly Ttl s_lockTimeout = Ttl.From(60);

    /// <summary>The block: run when there is no fresh entry.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>How long its result is fresh; the session's, else 300 seconds, unless given.</summary>
    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public Ttl Ttl { get; set; } = Ttl.Default;

    /// <summary>For how long after its time an entry is returned when the block fails.</summary>
    [Parameter]
    [TtlTransformation]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public Ttl? StaleIfError { get; set; }

    /// <summary>
    /// By which part of it the TTL may be shorter, at random: entries made together do not end together.
    /// </summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double Jitter { get; set; }

    /// <summary>How deep objects of types that are not kept as such are looked into, as in Export-Clixml.</summary>
    [Parameter]
    [ValidateRange(0, 64)]
    public int Depth { get; set; } = 2;

    /// <summary>How long to wait for another runspace that computes the same; 60 seconds unless given.</summary>
    [Parameter]
    [TtlTransformation(AllowZero = true)]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public Ttl LockTimeout { get; set; } = s_lockTimeout;

    /// <summary>Does not compress the value, for those who mix secrets with text that others choose.</summary>
    [Parameter]
    public SwitchParameter NoCompression { get; set; }

    /// <summary>Makes a native command of the block that ends with another code than zero an error.</summary>
    [Parameter]
    public SwitchParameter NonZeroExitIsError { get; set; }

    /// <summary>How its result is written before it is encrypted.</summary>
    [Parameter]
    public Serializer Serializer { get; set; }

    /// <summary>Gives maps as ordered hashtables instead of objects; with -Interop.</summary>
    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    /// <summary>Runs the block in any case, and stores its result.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>Runs the block without the cache.</summary>
    [Parameter]
    public SwitchParameter Bypass { get; set; }

    /// <summary>Checks the parameters: what they say is an error before anything else happens.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (InEffect is not null && !IsGiven(nameof(Ttl)))
        {
            Ttl = InEffect.DefaultTtl;
        }

        CheckDuration(nameof(Ttl), Ttl, mayBeComputed: true);
        CheckDuration(nameof(StaleIfError), StaleIfError, mayBeComputed: false);
        CheckDuration(nameof(LockTimeout), LockTimeout, mayBeComputed: false);

        if (IsInterop)
        {
            RefuseWithInterop(nameof(Serializer), "what other languages read is always plain MessagePack");
            RefuseWithInterop(nameof(Depth), "objects of other types are not shared");
            RefuseWithInterop(nameof(StaleIfError), "an entry has no times of its own, and is gone when its time is over");
        }
        else if (AsHashtable)
        {
            Refuse(
                ErrorIds.ParameterConflict,
                "-AsHashtable says how maps of other languages come back: it has no meaning without -Interop.",
                "Give -Interop, or leave it out.",
                null);
        }

        if (Refresh && Bypass)
        {
            Refuse(
                ErrorIds.ParameterConflict,
                "-Refresh stores the result and -Bypass does not: they cannot be given together.",
                "Give one of them.",
                null);
        }
    }

    private void CheckDuration(string parameter, Ttl? given, bool mayBeComputed)
    {
        string? problem = given?.Problem
            ?? (given?.Script is not null && !mayBeComputed ? "it cannot be computed from the result" : null);
        if (problem is not null)
        {
            Refuse(
                ErrorIds.TtlInvalid,
                $"-{parameter} cannot be used: {problem}.",
                $"Try -{parameter} 300 or -{parameter} 5m.",
                given!.Input ?? given.Script);
        }
    }
}
