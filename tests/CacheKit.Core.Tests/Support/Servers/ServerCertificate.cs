using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CacheKit.Core.Tests.Support.Servers;

/// <summary>An authority made for a test, and a server's certificate from it, as files.</summary>
internal sealed class ServerCertificate : IDisposable
{
    public const string PfxPassword = "pfx";

    private readonly TempDirectory _directory = new();

    /// <summary>Makes both.</summary>
    /// <param name="names">The names and addresses that the server's certificate is for.</param>
    public ServerCertificate(params string[] names)
    {
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authorityRequest = new("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 authority = authorityRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));

        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Test server", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder alternatives = new();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        using X509Certificate2 issued =
            request.Create(authority, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(CaFile, authority.ExportCertificatePem());
        File.WriteAllText(CertificateFile, issued.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);
        File.WriteAllBytes(PfxFile, withKey.Export(X509ContentType.Pfx, PfxPassword));
    }

    /// <summary>The authority's certificate (PEM).</summary>
    public string CaFile => _directory.File("ca.pem");

    /// <summary>The server's certificate (PEM).</summary>
    public string CertificateFile => _directory.File("server.pem");

    /// <summary>The server's private key (PEM).</summary>
    public string KeyFile => _directory.File("server.key");

    /// <summary>The server's certificate and key (PKCS#12).</summary>
    public string PfxFile => _directory.File("server.pfx");

    public void Dispose() => _directory.Dispose();
}
