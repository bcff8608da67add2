using System.Text;
using CacheKit.Core.Keys;

namespace CacheKit.Core.Auditing;

/// <summary>
/// The keys with which an audit log is verified: those of any number of tenants under the keys of a ring.
/// </summary>
public sealed class AuditKeys : IDisposable
{
    private readonly Dictionary<string, TenantKeys> _byTag = new(StringComparer.Ordinal);
    private readonly TenantKeyRing[] _rings;

    /// <summary>Derives the keys.</summary>
    /// <param name="ring">The master keys; not kept.</param>
    /// <param name="tenants">The tenants: 1 to 1,024 UTF-8 bytes each.</param>
    public AuditKeys(KeyRing ring, params IReadOnlyCollection<string> tenants)
    {
        _rings = [.. tenants.Select(ring.ForTenant)];
        foreach (TenantKeys keys in _rings.SelectMany(each => each.Keys))
        {
            _byTag.TryAdd(Encoding.ASCII.GetString(keys.Tag), keys);
        }
    }

    /// <summary>All of them.</summary>
    internal IEnumerable<TenantKeys> All => _byTag.Values;

    /// <summary>The keys that a tag stands for, or null.</summary>
    /// <param name="tag">The tag of a line.</param>
    internal TenantKeys? Find(string tag) => _byTag.GetValueOrDefault(tag);

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        foreach (TenantKeyRing ring in _rings)
        {
            ring.Dispose();
        }
    }
}
