using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Core.Storage;

/// <summary>A PEM file with the only authorities to trust.</summary>
internal static class CaFile
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>How certificates of servers are judged by the authorities of a file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.CaFileInvalid"/>.</exception>
    public static X509ChainPolicy ReadPolicy(string path)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // Private authorities rarely publish lists, and what they name in their certificates is not fetched.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(path);
        }
        catch (Exception exception) when (exception
            is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Invalid(path, "cannot be read", exception);
        }
        catch (CryptographicException exception)
        {
            throw Invalid(path, "does not hold certificates in PEM form", exception);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw Invalid(path, "holds no certificate in PEM form", null);
    }

    private static CacheKitException Invalid(string path, string what, Exception? cause) => new(
        ErrorIds.CaFileInvalid,
        $"The CA file '{path}' {what}.",
        "Give the path of a file with the certificates of the authorities (-----BEGIN CERTIFICATE-----).",
        cause);
}
