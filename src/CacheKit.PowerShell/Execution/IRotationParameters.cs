namespace CacheKit.Execution;

/// <summary>The parameters of the cmdlets of a key rotation.</summary>
internal interface IRotationParameters
{
    /// <summary>The session whose keys are meant; the session in force unless given.</summary>
    CacheKitSession? Session { get; }

    /// <summary>The tenants whose entries are meant; the session's tenant unless given.</summary>
    string[]? Tenant { get; }

    /// <summary>The namespaces whose interop entries are meant too; these have no tag that would tell them.</summary>
    string[]? InteropNamespace { get; }
}
