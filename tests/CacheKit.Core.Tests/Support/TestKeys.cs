using CacheKit.Core.Keys;

namespace CacheKit.Core.Tests.Support;

/// <summary>Master keys that are different and always the same.</summary>
internal static class TestKeys
{
    /// <summary>A key whose 32 bytes are all the same.</summary>
    public static MasterKey Of(byte fill)
    {
        byte[] bytes = new byte[MasterKey.Size];
        bytes.AsSpan().Fill(fill);
        return MasterKey.FromBytes(bytes, "a test");
    }

    /// <summary>The keys of a tenant under a ring of such keys, the encrypting one first.</summary>
    public static TenantKeyRing Ring(string tenant, byte current, params byte[] previous)
    {
        using KeyRing ring = new(Of(current), [.. previous.Select(Of)]);
        return ring.ForTenant(tenant);
    }

    public static string HexOf(MasterKey key)
    {
        byte[] digits = new byte[MasterKey.HexSize];
        key.WriteHex(digits);
        return System.Text.Encoding.ASCII.GetString(digits);
    }
}
