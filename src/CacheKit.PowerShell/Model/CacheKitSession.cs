using CacheKit.Pipeline;
using CacheKit.Sessions;

namespace CacheKit;

/// <summary>
/// Where to cache, for which tenant and under which key: what New-CacheKitSession makes, and what -Session takes. It can
/// be used in any runspace of the process.
/// </summary>
public sealed class CacheKitSession : IDisposable
{
    private readonly SessionCaches _caches;

    internal CacheKitSession(SessionCaches caches, string store)
    {
        _caches = caches;
        Store = store;
        Tenant = caches.Options.Tenant;
    }

    /// <summary>The store, never with a credential.</summary>
    public string Store { get; }

    /// <summary>Whose entries they are; no other tenant can find or open them.</summary>
    public string Tenant { get; }

    /// <summary>The namespace of calls that name none.</summary>
    public string Namespace { get; internal init; } = Namespaces.Default;

    /// <summary>How long results of calls that do not say it are fresh.</summary>
    public TimeSpan Ttl => DefaultTtl.Duration;

    /// <summary>Whether an entry that is not authentic is an error for calls that do not say it.</summary>
    public bool FailClosed { get; internal init; }

    /// <summary>Whether the session was closed.</summary>
    public bool IsClosed => _caches.IsClosed;

    /// <summary>As a cmdlet's -Ttl takes it.</summary>
    internal Ttl DefaultTtl { get; init; } = CacheKit.Ttl.Default;

    /// <summary>Where the master key came from; null when there was none, so that it is looked for at the first use.</summary>
    internal string? KeySource { get; init; }

    /// <summary>Which key it is, as Test-CacheKitMasterKey tells it, but for this tenant; null when there was none.</summary>
    internal string? KeyFingerprint { get; init; }

    internal SessionCaches Caches => _caches;

    /// <summary>Closes the store and zeroes the keys, as soon as no call uses them any more.</summary>
    public void Dispose() => _caches.Dispose();

    /// <summary>Store, tenant and namespace.</summary>
    public override string ToString() => $"{Store}, tenant '{Tenant}', namespace '{Namespace}'";
}
