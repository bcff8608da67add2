using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Tests.Support;
using CacheKit.Core.Tests.Support.Servers;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>Whom the store believes to be the server.</summary>
public sealed class HttpStoreTlsTests(
    HttpStoreTlsTests.Authorities authorities) : IClassFixture<HttpStoreTlsTests.Authorities>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Http_TLS_trusts_an_authority_of_the_CA_file()
    {
        await using FaultyHttpServer server = Serve();
        await using HttpStore store = Open(server, "https://127.0.0.1", authorities.Mine.CaFile);
        Assert.NotNull(await store.GetAsync("k", Token));
    }

    [Fact]
    public async Task Http_TLS_does_not_trust_an_authority_unknown_to_the_system()
    {
        StoreException exception = await RefusedAsync("https://127.0.0.1", caFile: null);
        Assert.Contains("not trusted", exception.Message, StringComparison.Ordinal);
        Assert.Contains("CACHEKIT_CA_FILE", exception.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_TLS_does_not_trust_an_authority_outside_the_CA_file()
    {
        StoreException exception = await RefusedAsync("https://127.0.0.1", authorities.Other.CaFile);
        Assert.Contains("not trusted", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_TLS_rejects_a_certificate_of_another_name_whoever_signed_it()
    {
        StoreException exception = await RefusedAsync("https://cache.example.com", authorities.Mine.CaFile);
        Assert.Contains("another name", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_TLS_rejects_a_server_without_it()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Uri address = new($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        await using HttpStore store = HttpStores.Open(address);
        Task work = store.GetAsync("k", Token).AsTask();
        using TcpClient client = await listener.AcceptTcpClientAsync(Token);
        await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Token);
        StoreException exception = await Assert.ThrowsAsync<StoreException>(() => work);
        Assert.Equal(StoreFault.TlsFailed, exception.Fault);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no PEM at all")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    public async Task Http_a_CA_file_without_certificates_is_a_configuration_error(string? content)
    {
        using TempDirectory directory = new();
        string path = directory.File("ca.pem");
        if (content is not null)
        {
            await File.WriteAllTextAsync(path, content, Token);
        }

        await using FaultyHttpServer server = Serve();
        await using HttpStore store = Open(server, "https://127.0.0.1", path);
        for (int i = 0; i < 2; i++)
        {
            CacheKitException exception =
                await Assert.ThrowsAsync<CacheKitException>(async () => await store.GetAsync("k", Token));
            Assert.Equal(ErrorIds.CaFileInvalid, exception.ErrorId);
            Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        }
    }

    private static HttpStore Open(FaultyHttpServer server, string address, string? caFile) => new(
        HttpStores.Options(new Uri($"{address}:{server.Port}")) with
        {
            CaFile = caFile,
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]),
        },
        TimeProvider.System);

    private FaultyHttpServer Serve() => FaultyHttpServer.Start(FaultyAnswers.Ok("v"), authorities.Certificate);

    private async Task<StoreException> RefusedAsync(string address, string? caFile)
    {
        await using FaultyHttpServer server = Serve();
        await using HttpStore store = Open(server, address, caFile);
        StoreException exception = await Assert.ThrowsAsync<StoreException>(
            async () => await store.GetAsync("k", Token));
        Assert.Equal(StoreFault.TlsFailed, exception.Fault);
        Assert.True(exception.IsConfiguration);
        Assert.IsType<AuthenticationException>(exception.InnerException);
        Assert.DoesNotContain(HttpStores.ApiKey, exception.ToString(), StringComparison.Ordinal);
        Assert.Empty(server.Exchanges);
        return exception;
    }

    /// <summary>Two authorities, and a certificate of the first one.</summary>
    public sealed class Authorities : IDisposable
    {
        public Authorities() => Certificate =
            X509CertificateLoader.LoadPkcs12FromFile(Mine.PfxFile, ServerCertificate.PfxPassword);

        public X509Certificate2 Certificate { get; }

        internal ServerCertificate Mine { get; } = new("127.0.0.1");

        internal ServerCertificate Other { get; } = new("127.0.0.1");

        public void Dispose()
        {
            Certificate.Dispose();
            Mine.Dispose();
            Other.Dispose();
        }
    }
}
