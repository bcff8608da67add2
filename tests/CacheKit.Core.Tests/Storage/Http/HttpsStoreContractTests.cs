using System.Security.Cryptography.X509Certificates;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Tests.Support.Servers;
using CacheKit.StoreServer;
using Xunit;

namespace CacheKit.Core.Tests.Storage.Http;

/// <summary>The contract over HTTP/2 and TLS, with a certificate of a private authority.</summary>
public sealed class HttpsStoreContractTests(HttpsStoreContractTests.Authority authority)
    : HttpStoreContractTests, IClassFixture<HttpsStoreContractTests.Authority>
{
    private protected override HttpStoreServerOptions Configure(HttpStoreServerOptions options) =>
        options with { Certificate = authority.Certificate };

    private protected override HttpStoreOptions Configure(HttpStoreOptions options) =>
        options with { CaFile = authority.CaFile };

    /// <summary>One authority for all tests.</summary>
    public sealed class Authority : IDisposable
    {
        private readonly ServerCertificate _files = new("127.0.0.1");

        public Authority() => Certificate =
            X509CertificateLoader.LoadPkcs12FromFile(_files.PfxFile, ServerCertificate.PfxPassword);

        public X509Certificate2 Certificate { get; }

        public string CaFile => _files.CaFile;

        public void Dispose()
        {
            Certificate.Dispose();
            _files.Dispose();
        }
    }
}
