using CacheKit.Core.Cryptography;

namespace CacheKit.Parameters;

/// <summary>What a session says for calls that do not say it.</summary>
/// <param name="Tenant">Whose entries they are.</param>
internal sealed record CallDefaults(string Tenant)
{
    /// <summary>Why a session's TTL cannot be computed.</summary>
    public const string WhyNoScript = "a session has no result that it could be computed from";

    /// <summary>Those of a script that names no session.</summary>
    public static readonly CallDefaults OfEnvironment = new(TenantKeyDerivation.DefaultTenant);

    /// <summary>The part of the cache.</summary>
    public string Namespace { get; init; } = Namespaces.Default;

    /// <summary>Whether the namespace was chosen, and is not merely that of a script which names none.</summary>
    public bool HasNamespace { get; init; }

    /// <summary>How long results are fresh.</summary>
    public Ttl Ttl { get; init; } = Ttl.Default;

    /// <summary>Whether an entry that is not authentic is an error, and stays where it is.</summary>
    public bool FailClosed { get; init; }
}
