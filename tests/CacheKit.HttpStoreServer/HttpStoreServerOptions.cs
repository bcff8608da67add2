using System.Security.Cryptography.X509Certificates;

namespace CacheKit.StoreServer;

/// <summary>Where a server listens, and for whom.</summary>
public sealed record HttpStoreServerOptions
{
    /// <summary>The SHA-256 of each API key, in hexadecimal digits: the server need not know the keys.</summary>
    public required IReadOnlyList<string> ApiKeyHashes { get; init; }

    /// <summary>The port; 0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>The server's certificate with its key. Without it, it speaks http, to this machine alone.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether other machines are answered too. Needs a certificate.</summary>
    public bool AnswersOtherMachines { get; init; }

    /// <summary>The largest value, in bytes; 25 MiB by default.</summary>
    public int MaxValueBytes { get; init; } = 25 << 20;

    /// <summary>How much the values of one API key may take together, in bytes; 1 GiB by default.</summary>
    public long MaxTenantBytes { get; init; } = 1L << 30;

    /// <summary>
    /// Whether a client may take as long as it likes to send and to read, as tests on a busy machine do. Else one that
    /// is slower than Kestrel's limits is cut off.
    /// </summary>
    public bool WaitsForSlowClients { get; init; }

    /// <summary>The clock that entries and locks end by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
