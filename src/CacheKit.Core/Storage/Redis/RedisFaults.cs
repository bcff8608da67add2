using System.Net.Sockets;
using System.Security.Authentication;
using StackExchange.Redis;

namespace CacheKit.Core.Storage.Redis;

/// <summary>
/// What the exceptions of StackExchange.Redis, and the errors of the server in them, mean to a store. The texts are
/// ours and the same throughout an outage: the library's count time and name keys.
/// </summary>
internal sealed class RedisFaults
{
    private readonly RedisConnection _connection;

    /// <summary>Makes the faults of one connection.</summary>
    /// <param name="connection">Gives the name that the messages begin with.</param>
    public RedisFaults(RedisConnection connection)
    {
        _connection = connection;
    }

    /// <summary>Whether an exception is one of those that <see cref="ToStoreException"/> explains.</summary>
    /// <param name="exception">What was thrown.</param>
    public static bool IsFault(Exception exception) =>
        exception is RedisException or RedisCommandException or TimeoutException or SocketException or IOException
            or AuthenticationException;

    /// <summary>Whether the server does not let this user run scripts, or has none.</summary>
    /// <param name="exception">What was thrown.</param>
    public static bool MeansNoScripts(Exception exception) =>
        exception is RedisCommandException
        || (exception is RedisServerException && CodeOf(exception.Message) is "NOPERM" or "ERR");

    /// <summary>Says the same in the words of a store.</summary>
    /// <param name="exception">What was thrown.</param>
    public StoreException ToStoreException(Exception exception)
    {
        if (Find<AuthenticationException>(exception) is not null)
        {
            return Make(
                exception,
                StoreFault.TlsFailed,
                "could not prove who it is: its certificate is not trusted, is not for this name, or it speaks no TLS",
                "Connect to the host name that the certificate is for; for an authority of your own, give its "
                    + "certificate with -CaFile.");
        }

        if (Find<RedisServerException>(exception) is { } answer && FromCode(answer, exception) is { } fault)
        {
            return fault;
        }

        return exception switch
        {
            RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure }
                => NotAccepted(exception),
            RedisConnectionException { FailureType: ConnectionFailureType.Loading } => Loading(exception),
            RedisConnectionException connection when MentionsRefusal(connection) is { } code
                => FromCode(code, exception) ?? Unreachable(exception),
            RedisConnectionException when MissesPrimary(exception) => FromCode("READONLY", exception)!,
            RedisCommandException => FromLibrary(exception),
            TimeoutException => Make(exception, StoreFault.TimedOut, "did not answer in time"),
            RedisServerException => Make(
                exception, StoreFault.UnexpectedAnswer, "answered with an error that CacheKit does not know"),
            _ => Unreachable(exception),
        };
    }

    /// <summary>Says the same of what happened while connecting: taking too long there is no late answer.</summary>
    /// <param name="exception">What was thrown.</param>
    public StoreException WhileConnecting(Exception exception) =>
        exception is TimeoutException ? Unreachable(exception) : ToStoreException(exception);

    /// <summary>Makes the fault of a value that is not sent at all.</summary>
    /// <param name="length">Its size in bytes.</param>
    /// <param name="limit">The largest one, in bytes.</param>
    public StoreException TooLarge(long length, long limit) => new(
        StoreFault.ValueTooLarge,
        $"A value of {length} bytes is larger than the {limit} that '{_connection.DisplayName}' takes.");

    /// <summary>Makes the fault of a primary that is missing, so that what it holds is not known.</summary>
    public StoreException PartMissing() => new(
        StoreFault.Unavailable, $"{_connection.DisplayName} cannot be reached: a primary of the cluster is missing.");

    /// <summary>Makes the fault of an answer that is none.</summary>
    /// <param name="how">How the server answered, to follow "answered".</param>
    public StoreException Unexpected(string how) => new(
        StoreFault.UnexpectedAnswer, $"{_connection.DisplayName} answered {how}.");

    private static string CodeOf(string message)
    {
        int space = message.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? message : message[..space];
    }

    private static bool MissesPrimary(Exception exception) =>
        exception.Message.Contains("not eligible for replica", StringComparison.Ordinal);

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        return exception switch
        {
            null => null,
            T found => found,
            AggregateException many => many.InnerExceptions.Select(Find<T>).FirstOrDefault(found => found is not null),
            _ => Find<T>(exception.InnerException),
        };
    }

    // While connecting, the library gives the server's answer only as a part of its own text.
    private static string? MentionsRefusal(RedisConnectionException exception)
    {
        string[] codes =
            ["WRONGPASS", "NOAUTH", "NOPERM", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "max number of clients"];
        for (Exception? link = exception; link is not null; link = link.InnerException)
        {
            if (codes.FirstOrDefault(code => link.Message.Contains(code, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private StoreException? FromCode(RedisServerException answer, Exception exception) =>
        answer.Message.Contains("hashslot", StringComparison.OrdinalIgnoreCase)
            || answer.Message.StartsWith("The server redirected", StringComparison.Ordinal)
            ? Redirected(exception)
            : FromCode(
                answer.Message.Contains("NOPERM", StringComparison.Ordinal) ? "NOPERM" : CodeOf(answer.Message),
                exception);

    private StoreException? FromCode(string code, Exception exception) => code switch
    {
        "LOADING" => Loading(exception),
        "BUSY" or "TRYAGAIN" or "CLUSTERDOWN" or "MASTERDOWN" or "NOREPLICAS" or "MISCONF" => Make(
            exception,
            StoreFault.Busy,
            "asks for patience: it is busy, failing over, or without a part of its servers"),
        "MAXCLIENTS" or "max number of clients" => Make(exception, StoreFault.Busy, "has too many clients"),
        "READONLY" => Make(
            exception,
            StoreFault.Busy,
            "may not be written: it is a read replica, or about to become the primary",
            "If it lasts, connect to the primary; with Sentinels, as redis+sentinel://host:26379/service."),
        "OOM" => Make(
            exception,
            StoreFault.Full,
            "has no memory left",
            "Give it more memory, or a policy that drops what is old (maxmemory-policy allkeys-lru or volatile-lru)."),
        "NOPERM" => Make(
            exception,
            StoreFault.AccessDenied,
            "does not permit this user what the cache needs",
            "Give the user its keys, the channel cachekit:changes, and GET, SET, SETEX, PSETEX, DEL, UNLINK, SCAN, "
                + "EVAL, PUBLISH, SUBSCRIBE, PING and ECHO (ACL SETUSER)."),
        "NOAUTH" or "WRONGPASS" => NotAccepted(exception),
        "MOVED" or "ASK" or "CROSSSLOT" => Redirected(exception),
        "WRONGTYPE" => Make(
            exception,
            StoreFault.UnexpectedAnswer,
            "holds a list, a hash or a set where the entry should be",
            "Another program uses this key: give the cache a database of its own, such as redis://host:6379/1."),
        _ => null,
    };

    private StoreException FromLibrary(Exception exception) =>
        exception.Message.Contains("replica", StringComparison.OrdinalIgnoreCase)
            ? FromCode("READONLY", exception)!
            : Make(exception, StoreFault.Unsupported, "does not offer a command that the cache needs");

    private StoreException Loading(Exception exception) =>
        Make(exception, StoreFault.Busy, "is still loading its data");

    private StoreException NotAccepted(Exception exception) => Make(
        exception,
        StoreFault.AuthenticationFailed,
        "does not accept the user or password",
        "Correct them in CACHEKIT_REDIS_URL (redis://user:password@host), or give them with -Credential.");

    private StoreException Redirected(Exception exception) => Make(
        exception,
        StoreFault.Unavailable,
        "is a cluster that points to servers which cannot be reached from here",
        "Let the servers of the cluster announce addresses that this machine can reach (cluster-announce-ip, "
            + "cluster-announce-hostname).");

    private StoreException Unreachable(Exception exception) =>
        Make(exception, StoreFault.Unavailable, "cannot be reached");

    private StoreException Make(Exception exception, StoreFault fault, string what, string? wayOut = null) =>
        new(fault, $"{_connection.DisplayName} {what}.", exception) { WayOut = wayOut };
}
