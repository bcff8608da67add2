using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CacheKit.Core.Diagnostics;
using StackExchange.Redis;
using static CacheKit.Core.Storage.Redis.RedisConnectionFaults;

namespace CacheKit.Core.Storage.Redis;

/// <summary>
/// URLs of a Redis: <c>redis[s]://[user:password@]host[:port][,host[:port]...][/db][?db=n]</c>,
/// <c>[redis+]unix://[user:password@]/path[?db=n]</c>, and
/// <c>redis[s]+sentinel://[user:password@]host[:port][,host[:port]...]/service[/db]</c>.
/// </summary>
/// <remarks>
/// User, password, path and service are percent-decoded. What is refused is described without a part of the URL, since
/// any part may belong to a password that was not encoded.
/// </remarks>
internal static class RedisUrl
{
    private const int DefaultPort = 6379;
    private const int DefaultSentinelPort = 26379;

    /// <summary>Whether a connection is meant to be a URL.</summary>
    /// <param name="connection">What the user gave.</param>
    public static bool IsUrl(string connection)
    {
        int colon = connection.IndexOf("://", StringComparison.Ordinal);
        return colon >= 0 && connection.AsSpan(0, colon).IndexOfAnyExceptInRange('+', 'z') < 0
            && !connection.AsSpan(0, colon).ContainsAny(",=:@");
    }

    /// <summary>Reads a URL.</summary>
    /// <param name="url">The URL.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.RedisUrlInvalid"/>.</exception>
    public static ConfigurationOptions Parse(string url)
    {
        int colon = url.IndexOf("://", StringComparison.Ordinal);
        string rest = TakeQuery(TakeFragment(url[(colon + 3)..]), out string query);
        ConfigurationOptions options = new();
        switch (url[..colon].ToLowerInvariant())
        {
            case "redis":
                ReadServers(options, rest, DefaultPort);
                break;
            case "rediss":
                options.Ssl = true;
                ReadServers(options, rest, DefaultPort);
                break;
            case "unix" or "redis+unix":
                ReadSocket(options, rest);
                break;
            case "redis+sentinel":
                ReadSentinels(options, rest);
                break;
            case "rediss+sentinel":
                options.Ssl = true;
                ReadSentinels(options, rest);
                break;
            default:
                throw Invalid("begins with none of redis://, rediss://, unix:// and redis+sentinel://");
        }

        ReadQuery(options, query);
        return options;
    }

    /// <summary>Whether a host may be one: also keeps a password that stands in the wrong place out of names.</summary>
    /// <param name="host">The name or address of a host.</param>
    public static bool IsHost(string host) =>
        IPAddress.TryParse(host, out _) || Uri.CheckHostName(host) == UriHostNameType.Dns;

    private static string TakeFragment(string rest)
    {
        int hash = rest.IndexOf('#', StringComparison.Ordinal);
        if (hash < 0)
        {
            return rest;
        }

        throw rest[(hash + 1)..].Equals("insecure", StringComparison.OrdinalIgnoreCase)
            ? ValidationIsAlwaysOn()
            : Invalid("has a part after #; in a password, write %23");
    }

    private static string TakeQuery(string rest, out string query)
    {
        int mark = rest.IndexOf('?', StringComparison.Ordinal);
        query = mark < 0 ? "" : rest[(mark + 1)..];
        return mark < 0 ? rest : rest[..mark];
    }

    private static void ReadServers(ConfigurationOptions options, string rest, int defaultPort)
    {
        string path = ReadAuthority(options, rest, defaultPort);
        if (path.Length > 0)
        {
            options.DefaultDatabase = ReadDatabase(path);
        }
    }

    private static void ReadSentinels(ConfigurationOptions options, string rest)
    {
        string[] path = ReadAuthority(options, rest, DefaultSentinelPort).Split('/');
        string service = Uri.UnescapeDataString(path[0]);
        if (service.Length == 0 || service.Any(character => character <= ' ' || character == ','))
        {
            throw Invalid("names no Sentinel service: redis+sentinel://host:26379/service/0");
        }

        options.ServiceName = service;
        if (path.Length > 2)
        {
            throw Invalid("has more than a service and a database after the hosts");
        }

        if (path.Length == 2 && path[1].Length > 0)
        {
            options.DefaultDatabase = ReadDatabase(path[1]);
        }
    }

    private static void ReadSocket(ConfigurationOptions options, string rest)
    {
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string authority = slash < 0 ? rest : rest[..slash];
        string path = slash < 0 ? "" : Uri.UnescapeDataString(rest[slash..]);
        if (ReadUser(options, authority).Length > 0 || path.Length < 2 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw Invalid("is not the full path of a socket: unix:///run/redis/redis.sock");
        }

        try
        {
            options.EndPoints.Add(new UnixDomainSocketEndPoint(path));
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Invalid("has a path that is too long for a socket");
        }
    }

    /// <summary>Reads user, password and hosts; returns the path without its first slash.</summary>
    private static string ReadAuthority(ConfigurationOptions options, string rest, int defaultPort)
    {
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string hosts = ReadUser(options, slash < 0 ? rest : rest[..slash]);
        foreach (string host in hosts.Split(','))
        {
            options.EndPoints.Add(ReadEndPoint(host, defaultPort));
        }

        return slash < 0 ? "" : rest[(slash + 1)..];
    }

    private static string ReadUser(ConfigurationOptions options, string authority)
    {
        int at = authority.LastIndexOf('@');
        if (at < 0)
        {
            return authority;
        }

        string userInfo = authority[..at];
        int colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        string user = Uri.UnescapeDataString(colon < 0 ? userInfo : userInfo[..colon]);
        string password = colon < 0 ? "" : Uri.UnescapeDataString(userInfo[(colon + 1)..]);
        options.User = user.Length == 0 ? null : user;
        options.Password = password.Length == 0 ? null : password;
        return authority[(at + 1)..];
    }

    private static EndPoint ReadEndPoint(string text, int defaultPort)
    {
        bool isBracketed = text.StartsWith('[');
        int end = text.IndexOf(isBracketed ? ']' : ':', StringComparison.Ordinal);
        string host = (isBracketed, end) switch
        {
            (true, < 0) => "",
            (true, _) => text[1..end],
            (false, < 0) => text,
            _ => text[..end],
        };
        string port = (isBracketed, end) switch
        {
            (_, < 0) => "",
            (true, _) => text[(end + 1)..],
            _ => text[end..],
        };
        if (!IsHost(host) || isBracketed != host.Contains(':', StringComparison.Ordinal))
        {
            throw Invalid("has no host, or one that is no name and no address");
        }

        int number = port.Length == 0 ? defaultPort : ReadPort(port);
        return IPAddress.TryParse(host, out IPAddress? address)
            ? new IPEndPoint(address, number)
            : new DnsEndPoint(host, number);
    }

    private static int ReadPort(string text)
    {
        if (text[0] == ':'
            && ushort.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            && port > 0)
        {
            return port;
        }

        throw Invalid("has a port that is no number from 1 to 65535");
    }

    private static int ReadDatabase(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int database))
        {
            return database;
        }

        throw Invalid("has a database that is no number from 0 on");
    }

    private static void ReadQuery(ConfigurationOptions options, string query)
    {
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string name = (equals < 0 ? pair : pair[..equals]).ToLowerInvariant();
            string value = equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]);
            switch (name)
            {
                case "db" or "database":
                    options.DefaultDatabase = ReadDatabase(value);
                    break;
                case "user" or "username":
                    options.User = value;
                    break;
                case "password":
                    options.Password = value;
                    break;
                case { } when AsksToTrustAnyone(name):
                    RefuseUnlessValidating(name, value);
                    break;
                default:
                    throw Invalid("has an option other than db, user and password; in a password, write %3F for ?");
            }
        }
    }

    private static void RefuseUnlessValidating(string name, string value)
    {
        string asked = value.ToLowerInvariant();
        bool asksForLess = name.Contains("insecure", StringComparison.Ordinal)
            || name.StartsWith("skip", StringComparison.Ordinal)
            || name.StartsWith("trust", StringComparison.Ordinal);
        bool isHarmless = asksForLess
            ? asked is "0" or "false" or "no"
            : asked is "1" or "true" or "yes" or "required";
        if (!isHarmless)
        {
            throw ValidationIsAlwaysOn();
        }
    }
}
