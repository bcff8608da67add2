using System.Security.Authentication;

namespace CacheKit.Core.Storage.Http;

/// <summary>What an HTTP store says of itself, for who looks whether everything is right.</summary>
public sealed record HttpDescription
{
    /// <summary>What the server calls its health: <c>ok</c> when it is well. 64 visible characters at most.</summary>
    public required string Health { get; init; }

    /// <summary>How long a question and its answer take on an open connection.</summary>
    public required TimeSpan RoundTrip { get; init; }

    /// <summary>By how much the server's clock is ahead, to about a second; null if it did not say its time.</summary>
    public required TimeSpan? ClockOffset { get; init; }

    /// <summary>The version of TLS; None when the connection is not encrypted.</summary>
    public required SslProtocols TlsProtocol { get; init; }

    /// <summary>The version of HTTP that was agreed on.</summary>
    public required Version HttpVersion { get; init; }

    /// <summary>Whether the server accepts the API key. If not, nothing more is known.</summary>
    public required bool IsKeyAccepted { get; init; }

    /// <summary>Whether an entry was written, read and removed. It had a key that no other entry has.</summary>
    public required bool IsWritable { get; init; }

    /// <summary>Whether the server has locks.</summary>
    public required bool HasLocks { get; init; }

    /// <summary>Whether the server can list keys.</summary>
    public required bool HasListing { get; init; }
}
