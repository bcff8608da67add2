using System.Net;
using CacheKit.Core.Diagnostics;
using StackExchange.Redis;
using static CacheKit.Core.Storage.Redis.RedisConnectionFaults;

namespace CacheKit.Core.Storage.Redis;

/// <summary>
/// Configuration strings of StackExchange.Redis: <c>host:port,host:port,ssl=true,password=...</c>. The library reads
/// them; here is refused what it passes over in silence.
/// </summary>
internal static class RedisConfigurationString
{
    private const int DefaultPort = 6379;
    private const int DefaultTlsPort = 6380;
    private const int DefaultSentinelPort = 26379;

    /// <summary>Reads a configuration string.</summary>
    /// <param name="text">The string.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.RedisUrlInvalid"/>.</exception>
    public static ConfigurationOptions Parse(string text)
    {
        int hosts = CheckOrder(text);
        ConfigurationOptions options = ParseChecked(text);
        if (options.EndPoints.Count != hosts || hosts == 0 || !options.EndPoints.All(IsSound))
        {
            throw InvalidString("has no host, a host twice, or one that is no name and no address");
        }

        if (options.DefaultDatabase < 0)
        {
            throw InvalidString("has a database that is no number from 0 on");
        }

        options.ServiceName = string.IsNullOrEmpty(options.ServiceName) ? null : options.ServiceName;
        options.Password = string.IsNullOrEmpty(options.Password) ? null : options.Password;
        options.User = string.IsNullOrEmpty(options.User) ? null : options.User;
        SetPorts(options);
        return options;
    }

    /// <summary>Returns how many hosts there are before the options.</summary>
    private static int CheckOrder(string text)
    {
        int hosts = 0;
        bool isOptions = false;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                isOptions = true;
                string name = part[..equals].Trim().ToLowerInvariant();
                if (AsksToTrustAnyone(name))
                {
                    throw ValidationIsAlwaysOn();
                }
            }
            else if (isOptions)
            {
                // The second half of a password with a comma would be taken for a host, and shown as one.
                throw InvalidString("has a host after an option, or a comma in the value of an option");
            }
            else
            {
                hosts++;
            }
        }

        return hosts;
    }

    private static ConfigurationOptions ParseChecked(string text)
    {
        try
        {
            return ConfigurationOptions.Parse(text, ignoreUnknown: false);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            // Its text quotes the value, which may be a password.
            throw InvalidString(
                "has an option that StackExchange.Redis does not know, or a value that it does not take");
        }
    }

    private static bool IsSound(EndPoint endPoint) => endPoint switch
    {
        DnsEndPoint dns => RedisUrl.IsHost(dns.Host),
        _ => true,
    };

    private static void SetPorts(ConfigurationOptions options)
    {
        int port = (options.ServiceName, options.Ssl) switch
        {
            (not null, _) => DefaultSentinelPort,
            (null, true) => DefaultTlsPort,
            _ => DefaultPort,
        };
        for (int i = 0; i < options.EndPoints.Count; i++)
        {
            options.EndPoints[i] = options.EndPoints[i] switch
            {
                DnsEndPoint { Port: 0 } dns => new DnsEndPoint(dns.Host, port),
                IPEndPoint { Port: 0 } ip => new IPEndPoint(ip.Address, port),
                EndPoint other => other,
            };
        }
    }
}
