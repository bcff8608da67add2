using System.Security.Authentication;
using CacheKit.Core.Storage.Http;

namespace CacheKit.Core.Caching.Inspection;

/// <summary>What is checked of an HTTP store.</summary>
internal static class HttpChecks
{
    /// <summary>Judges what an HTTP store says of itself.</summary>
    /// <param name="choice">What was chosen.</param>
    /// <param name="server">What it says.</param>
    public static IEnumerable<StoreCheck> Of(StoreChoice choice, HttpDescription server) =>
    [
        server.TlsProtocol == SslProtocols.None
            ? ServerChecks.CheckNoTls(choice.IsLocal, "Begin the address with https://.")
            : StoreCheck.Passed(
                ServerChecks.Encryption, $"{NameOf(server.TlsProtocol)}; the server's certificate is valid"),
        server.IsKeyAccepted
            ? StoreCheck.Passed(ServerChecks.Authentication, "the server accepts the key")
            : StoreCheck.Failed(
                ServerChecks.Authentication, "the server does not accept the key",
                "Give the whole key of this service."),
        server.Health == "ok"
            ? StoreCheck.Passed("Health", $"ok, HTTP/{server.HttpVersion}")
            : StoreCheck.Warning("Health", $"the server calls itself '{server.Health}'", "Look at the server's log."),
        ServerChecks.CheckClock(server.ClockOffset),
    ];

    private static string NameOf(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls12 => "TLS 1.2",
        SslProtocols.Tls13 => "TLS 1.3",
        _ => protocol.ToString(),
    };
}
