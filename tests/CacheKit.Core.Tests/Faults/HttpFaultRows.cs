using System.Net;
using System.Security.Cryptography.X509Certificates;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;

namespace CacheKit.Core.Tests.Faults;

/// <summary>The faults of an HTTP store.</summary>
internal static class HttpFaultRows
{
    public static IReadOnlyList<FaultRow> All { get; } =
    [
        new(
            "HTTP: nobody listens",
            StoreFault.Unavailable,
            "nobody listens there",
            clock => Fixed(clock, $"http://127.0.0.1:{FreePort.Take()}")),
        new(
            "HTTP: the name does not resolve",
            StoreFault.Unavailable,
            "its name does not resolve",
            clock => Fixed(clock, "https://no-such-host.invalid")),
        new("HTTP: TLS with another name", StoreFault.TlsFailed, "its certificate is of another name", OtherName),
        Answers(
            "HTTP: wrong key (401)",
            StoreFault.AuthenticationFailed,
            "does not accept the API key",
            FaultyAnswers.Status("401 Unauthorized")),
        Answers(
            "HTTP: too many requests (429)",
            StoreFault.Busy,
            "asks for patience",
            FaultyAnswers.Status("429 Too Many Requests", "Retry-After: 1")),
        Answers(
            "HTTP: an error of its own (500)",
            StoreFault.Unavailable,
            "has an error of its own",
            FaultyAnswers.Status("500 Oh")),
        Answers(
            "HTTP: a page of text (HTML)",
            StoreFault.UnexpectedAnswer,
            "answered with a page of text",
            FaultyAnswers.Html) with
        {
            OnlyReads = true,
        },
        Answers(
            "HTTP: a redirect",
            StoreFault.UnexpectedAnswer,
            "answers with a redirect",
            FaultyAnswers.Redirect(302, new Uri("https://elsewhere.example/"))),
        Answers(
            "HTTP: breaks off in the middle",
            StoreFault.Unavailable,
            "broke off the connection",
            FaultyAnswers.Truncated),
        Answers(
            "HTTP: sends 1 GiB",
            StoreFault.UnexpectedAnswer,
            "answered with more than",
            FaultyAnswers.GibibyteWithoutLength) with
        {
            OnlyReads = true,
        },
        Answers("HTTP: hangs", StoreFault.TimedOut, "did not answer in time", FaultyAnswers.Silence) with
        {
            Hangs = true,
        },
    ];

    private static FaultScene Fixed(TimeProvider clock, string address) => new(() => Open(clock, new Uri(address)));

    private static HttpStore Open(TimeProvider clock, Uri address, string? caFile = null) => new(
        new HttpStoreOptions
        {
            BaseAddress = address,
            ApiKey = new NetworkCredential("", "ck_live_key-of-a-test").SecurePassword,
            AllowCustomHost = true,
            AllowPrivateAddresses = true,
            CaFile = caFile,
            // By the real clock, other than the operation's.
            ConnectTimeout = HangGuard.Limit,
            PingTimeout = HangGuard.Limit,
            // By the clock of the test, but beyond every attempt: what is left of one would be taken for the next one's.
            OperationTimeout = TimeSpan.FromHours(1),
        },
        clock);

    private static FaultScene OtherName(TimeProvider clock)
    {
        ServerCertificate certificate = new("cache.example");
        FaultyHttpServer server = FaultyHttpServer.Start(
            FaultyAnswers.Right(),
            X509CertificateLoader.LoadPkcs12FromFile(certificate.PfxFile, ServerCertificate.PfxPassword));
        return new FaultScene(() => Open(clock, server.Address, certificate.CaFile), server, certificate);
    }

    private static FaultRow Answers(string name, StoreFault fault, string text, FaultyAnswer answer) =>
        new(name, fault, text, clock =>
        {
            FaultyAnswer right = FaultyAnswers.Right();
            FaultyHttpServer server = FaultyHttpServer.Start(right);
            return new FaultScene(() => Open(clock, server.Address), server)
            {
                Break = () => server.Answer = answer,
                Mend = () => server.Answer = right,
            };
        });
}
