using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace CacheKit.Core.Storage.Http;

/// <summary>
/// What statuses and exceptions of HTTP mean to a store (PROTOCOL section 9). Nothing that the server said is in a
/// fault, since it might repeat what it was sent; nor an exception of HttpClient, whose text may quote the server or
/// the credentials of a proxy.
/// </summary>
/// <param name="name">The store, as a warning may show it.</param>
/// <param name="timeProvider">The clock that dates in Retry-After are compared with.</param>
internal sealed class HttpFaults(string name, TimeProvider timeProvider)
{
    private static readonly TimeSpan s_longestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>The fault of a status that is none of the answers of an operation.</summary>
    /// <param name="response">The answer.</param>
    public StoreException FromStatus(HttpResponseMessage response)
    {
        int status = (int)response.StatusCode;
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Make(
                StoreFault.AuthenticationFailed,
                $"does not accept the API key ({Text(status)})",
                "Give a key that is valid there with CACHEKIT_API_KEY or -ApiKey."),
            HttpStatusCode.RequestEntityTooLarge => Make(
                StoreFault.ValueTooLarge, $"does not take a value of this size ({Text(status)})"),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
                or HttpStatusCode.ServiceUnavailable => Make(
                StoreFault.Busy, $"asks for patience ({Text(status)})", retryAfter: RetryAfter(response.Headers)),
            HttpStatusCode.InsufficientStorage => Make(StoreFault.Full, $"has no room left ({Text(status)})"),
            _ when status is >= 300 and < 400 => Make(
                StoreFault.UnexpectedAnswer,
                $"answers with a redirect ({Text(status)}), which is not followed",
                "Give the address that it leads to, if it is the store's."),
            _ when status is >= 500 => Make(
                StoreFault.Unavailable,
                $"has an error of its own ({Text(status)})",
                retryAfter: RetryAfter(response.Headers)),
            _ => Make(
                StoreFault.UnexpectedAnswer,
                $"does not know what a store is asked ({Text(status)})",
                "Check the address: CACHEKIT_API_URL or -Uri."),
        };
    }

    /// <summary>The fault of a request that has no answer, or one that broke off.</summary>
    /// <param name="exception">What HttpClient said, or a stream.</param>
    public StoreException FromException(Exception exception)
    {
        if (Find<AddressRefusedException>(exception) is not null)
        {
            return Make(
                StoreFault.AccessDenied,
                "is at an address in a private network, or where no store can be",
                "Set CACHEKIT_ALLOW_PRIVATE_NETWORK to true if the store is in your own network.");
        }

        if (Find<AuthenticationException>(exception) is { } failure)
        {
            return FromTls(failure);
        }

        if (Find<SocketException>(exception) is { } error)
        {
            return FromSocket(error);
        }

        HttpRequestError? kind = (exception as HttpRequestException)?.HttpRequestError
            ?? (exception as HttpIOException)?.HttpRequestError;
        return kind switch
        {
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded =>
                Unexpected("with something that is not HTTP"),
            HttpRequestError.ProxyTunnelError => Make(
                StoreFault.Unavailable, "cannot be reached: the proxy of the system's settings does not lead there"),
            _ => Make(StoreFault.Unavailable, "broke off the connection"),
        };
    }

    /// <summary>The fault of an answer that is none of the protocol's.</summary>
    /// <param name="what">How it answered, to follow "it answered".</param>
    public StoreException Unexpected(string what) => Make(
        StoreFault.UnexpectedAnswer, $"answered {what}", "Check the address, and the proxies on the way.");

    /// <summary>The fault of an answer that did not come in time.</summary>
    public StoreException TimedOut() => Make(StoreFault.TimedOut, "did not answer in time");

    /// <summary>The fault of a server that does not have a part of the protocol.</summary>
    /// <param name="what">What it cannot do.</param>
    public StoreException Unsupported(string what) => Make(StoreFault.Unsupported, $"cannot {what}");

    /// <summary>The fault of a value that is not even sent.</summary>
    /// <param name="length">Its length, in bytes.</param>
    /// <param name="limit">The largest one, in bytes.</param>
    public StoreException TooLarge(long length, long limit) => Make(
        StoreFault.ValueTooLarge, $"takes {Text(limit)} bytes at most, and the value has {Text(length)}");

    private static TException? Find<TException>(Exception? exception)
        where TException : Exception
    {
        while (exception is not (null or TException))
        {
            exception = exception.InnerException;
        }

        return exception as TException;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private StoreException FromTls(AuthenticationException failure)
    {
        // The names of the enumeration are in the message in every language.
        bool isOtherName = failure.Message.Contains(
            nameof(SslPolicyErrors.RemoteCertificateNameMismatch), StringComparison.Ordinal);
        return isOtherName
            ? Make(
                StoreFault.TlsFailed,
                "could not prove who it is: its certificate is of another name",
                "Give the name that the certificate is for in CACHEKIT_API_URL or -Uri.",
                cause: failure)
            : Make(
                StoreFault.TlsFailed,
                "could not prove who it is: TLS failed, or its certificate is not trusted",
                "If its authority is your own, give its certificate with CACHEKIT_CA_FILE or -CaFile.",
                cause: failure);
    }

    private StoreException FromSocket(SocketException error)
    {
        string what = error.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery =>
                "cannot be reached: its name does not resolve",
            SocketError.ConnectionRefused => "cannot be reached: nobody listens there",
            SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown =>
                "broke off the connection",
            _ => "cannot be reached",
        };
        return error.SocketErrorCode == SocketError.TimedOut
            ? TimedOut()
            : Make(StoreFault.Unavailable, what, cause: error);
    }

    private TimeSpan? RetryAfter(HttpResponseHeaders headers)
    {
        TimeSpan? wait = headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - timeProvider.GetUtcNow(),
            _ => null,
        };
        // A server does not get to switch the store off for a day.
        return wait > s_longestRetryAfter ? s_longestRetryAfter : wait > TimeSpan.Zero ? wait : null;
    }

    private StoreException Make(
        StoreFault fault, string what, string? wayOut = null, TimeSpan? retryAfter = null, Exception? cause = null) =>
        new(fault, $"The {name} {what}.", cause) { WayOut = wayOut, RetryAfter = retryAfter };
}
