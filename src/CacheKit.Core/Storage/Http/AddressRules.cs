using System.Net;
using System.Net.Sockets;

namespace CacheKit.Core.Storage.Http;

/// <summary>What an IP address is to a client that must not be led into its own network.</summary>
internal enum AddressKind
{
    /// <summary>Anybody's: the internet.</summary>
    Public,

    /// <summary>This machine, or a network of the user's own.</summary>
    Private,

    /// <summary>Where no store can be, or where only a trap would be: link-local, multicast, reserved.</summary>
    Forbidden,
}

/// <summary>
/// Tells public addresses from others: PROTOCOL section 9, and the rest of the IANA special-purpose registries
/// (RFC 6890). An IPv6 address that stands for an IPv4 address counts as that.
/// </summary>
internal static class AddressRules
{
    private static readonly (IPNetwork Network, AddressKind Kind)[] s_version4 =
    [
        (IPNetwork.Parse("127.0.0.0/8"), AddressKind.Private),
        (IPNetwork.Parse("10.0.0.0/8"), AddressKind.Private),
        (IPNetwork.Parse("172.16.0.0/12"), AddressKind.Private),
        (IPNetwork.Parse("192.168.0.0/16"), AddressKind.Private),
        (IPNetwork.Parse("100.64.0.0/10"), AddressKind.Private),
        (IPNetwork.Parse("0.0.0.0/8"), AddressKind.Forbidden),
        (IPNetwork.Parse("169.254.0.0/16"), AddressKind.Forbidden),
        (IPNetwork.Parse("192.0.0.0/24"), AddressKind.Forbidden),
        (IPNetwork.Parse("192.0.2.0/24"), AddressKind.Forbidden),
        (IPNetwork.Parse("192.88.99.0/24"), AddressKind.Forbidden),
        (IPNetwork.Parse("198.18.0.0/15"), AddressKind.Forbidden),
        (IPNetwork.Parse("198.51.100.0/24"), AddressKind.Forbidden),
        (IPNetwork.Parse("203.0.113.0/24"), AddressKind.Forbidden),
        (IPNetwork.Parse("224.0.0.0/3"), AddressKind.Forbidden),
    ];

    private static readonly (IPNetwork Network, AddressKind Kind)[] s_version6 =
    [
        (IPNetwork.Parse("::1/128"), AddressKind.Private),
        (IPNetwork.Parse("fc00::/7"), AddressKind.Private),
        (IPNetwork.Parse("::/128"), AddressKind.Forbidden),
        (IPNetwork.Parse("2001::/23"), AddressKind.Forbidden),
        (IPNetwork.Parse("2001:db8::/32"), AddressKind.Forbidden),
        (IPNetwork.Parse("3fff::/20"), AddressKind.Forbidden),
    ];

    // Where an IPv4 address lies in addresses of these networks: ::a.b.c.d (compatible), ::ffff:0:a.b.c.d (translated),
    // 64:ff9b::a.b.c.d (NAT64), 2002:a.b.c.d:: (6to4).
    private static readonly (IPNetwork Network, int Offset)[] s_embedding =
    [
        (IPNetwork.Parse("::/96"), 12),
        (IPNetwork.Parse("::ffff:0:0:0/96"), 12),
        (IPNetwork.Parse("64:ff9b::/96"), 12),
        (IPNetwork.Parse("2002::/16"), 2),
    ];

    private static readonly IPNetwork s_globalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>Says what an address is.</summary>
    /// <param name="address">The address, IPv4 or IPv6.</param>
    public static AddressKind Classify(IPAddress address)
    {
        // First of all: what IPNetwork makes of mapped addresses differs between releases of .NET.
        if (address.IsIPv4MappedToIPv6)
        {
            return Classify(address.MapToIPv4());
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return KindIn(s_version4, address) ?? AddressKind.Public;
        }

        IPAddress plain = new(address.GetAddressBytes());
        if (KindIn(s_version6, plain) is { } kind)
        {
            return kind;
        }

        foreach ((IPNetwork network, int offset) in s_embedding)
        {
            if (network.Contains(plain))
            {
                return Classify(new IPAddress(plain.GetAddressBytes().AsSpan(offset, 4)));
            }
        }

        return s_globalUnicast.Contains(plain) ? AddressKind.Public : AddressKind.Forbidden;
    }

    /// <summary>Whether an address, in whichever form, is this machine.</summary>
    /// <param name="address">The address.</param>
    public static bool IsLoopback(IPAddress address) =>
        IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    /// <summary>Whether a name means this machine by itself (RFC 6761).</summary>
    /// <param name="host">The name.</param>
    public static bool IsLoopbackName(string host)
    {
        string name = host.TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    private static AddressKind? KindIn((IPNetwork Network, AddressKind Kind)[] networks, IPAddress address)
    {
        foreach ((IPNetwork network, AddressKind kind) in networks)
        {
            if (network.Contains(address))
            {
                return kind;
            }
        }

        return null;
    }
}
