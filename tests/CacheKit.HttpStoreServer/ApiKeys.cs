using System.Security.Cryptography;
using System.Text;

namespace CacheKit.StoreServer;

/// <summary>Tells from an Authorization header whose request it is.</summary>
/// <param name="hashes">The SHA-256 of each API key, in hexadecimal digits.</param>
internal sealed class ApiKeys(IEnumerable<string> hashes)
{
    private const string Scheme = "Bearer ";

    private readonly byte[][] _hashes = [.. hashes.Select(Convert.FromHexString)];

    /// <summary>The tenant of a request, or null when its key is none of ours.</summary>
    /// <param name="authorization">The header.</param>
    public string? TenantOf(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return null;
        }

        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..]));
        string? tenant = null;
        foreach (byte[] known in _hashes)
        {
            // All of them, in the same time each: how long it takes says nothing of how near a guess was.
            tenant = CryptographicOperations.FixedTimeEquals(hash, known) ? Convert.ToHexString(known) : tenant;
        }

        return tenant;
    }
}
