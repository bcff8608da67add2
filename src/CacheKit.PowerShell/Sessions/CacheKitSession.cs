using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit;

/// <summary>
/// Where to cache, for which tenant and under which keys: what New-CacheKitSession makes, and what -Session takes. It
/// can be used in any runspace of the process.
/// </summary>
public sealed class CacheKitSession : IDisposable
{
    private readonly SessionCaches _caches;
    private string? _store;

    internal CacheKitSession(SessionCaches caches, CallDefaults defaults)
    {
        _caches = caches;
        Defaults = defaults;
        HomeTenant = defaults.Tenant;
        OpenSessions.Add(caches, this);
    }

    private CacheKitSession(CacheKitSession session, CallDefaults defaults)
    {
        _caches = session._caches;
        _store = session._store;
        Defaults = defaults;
        HomeTenant = session.HomeTenant;
        IsImplicit = session.IsImplicit;
    }

    /// <summary>The store, never with a credential.</summary>
    public string Store => _store ??= _caches.Describe();

    /// <summary>Whose entries they are; no other tenant can find or open them.</summary>
    public string Tenant => Defaults.Tenant;

    /// <summary>The namespace of calls that name none.</summary>
    public string Namespace => Defaults.Namespace;

    /// <summary>How long results of calls that do not say it are fresh.</summary>
    public TimeSpan Ttl => Defaults.Ttl.Duration;

    /// <summary>Whether an entry that is not authentic is an error for calls that do not say it.</summary>
    public bool FailClosed => Defaults.FailClosed;

    /// <summary>
    /// Which key encrypts, as Test-CacheKitMasterKey tells it, but for this tenant; null while there is none.
    /// </summary>
    public string? KeyFingerprint => _caches.FingerprintsFor(Tenant) is [string current, ..] ? current : null;

    /// <summary>How many keys only decrypt, during a rotation.</summary>
    public int PreviousKeys => Math.Max(0, _caches.FingerprintsFor(Tenant).Count - 1);

    /// <summary>Whether it is what the environment configures, rather than one that was made.</summary>
    public bool IsImplicit { get; internal init; }

    /// <summary>The file that tells who opened which entry, and when; null without one.</summary>
    public string? AuditPath => _caches.Audit?.Path;

    /// <summary>Whether the session was closed.</summary>
    public bool IsClosed => _caches.IsClosed;

    /// <summary>The tenant that the session was made with: the one that interop entries are shared under.</summary>
    internal string HomeTenant { get; }

    /// <summary>What it says for calls that do not say it.</summary>
    internal CallDefaults Defaults { get; }

    internal SessionCaches Caches => _caches;

    /// <summary>The same store and keys, with other defaults.</summary>
    /// <param name="defaults">The defaults.</param>
    internal CacheKitSession With(CallDefaults defaults) => new(this, defaults);

    /// <summary>Closes the store and zeroes the keys, as soon as no call uses them any more.</summary>
    public void Dispose() => _caches.Dispose();

    /// <summary>Store, tenant and namespace.</summary>
    public override string ToString() => $"{Store}, tenant '{Tenant}', namespace '{Namespace}'";
}
