using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace CacheKit.StoreServer;

/// <summary>Answers the requests of the CacheKit HTTP API: the whole protocol is in this class.</summary>
/// <param name="options">For whom, and how much.</param>
internal sealed class StoreRequests(HttpStoreServerOptions options)
{
    private const string Root = "/v1/cache";
    private const long MaxLife = 2_592_000;

    private static readonly string[] s_reserved = ["", ".", "..", "health", "ttl", "lock"];

    private readonly ApiKeys _apiKeys = new(options.ApiKeyHashes);
    private readonly ConcurrentDictionary<string, Shelf> _shelves = new();

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await RouteAsync(context);
        }
        catch (BadHttpRequestException exception)
        {
            context.Response.StatusCode = exception.StatusCode;
        }
        catch (JsonException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    }

    private Task RouteAsync(HttpContext context)
    {
        // The target as it was sent: Request.Path has some of the encoding taken back, so that keys would become alike.
        string path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        if (path == Root + "/health" && HttpMethods.IsGet(context.Request.Method))
        {
            return context.Response.WriteAsJsonAsync(new { status = "ok" });
        }

        string? authorization = context.Request.Headers.Authorization;
        if (_apiKeys.TenantOf(authorization) is not { } tenant)
        {
            return Answer(context, StatusCodes.Status401Unauthorized);
        }

        if (authorization!.StartsWith("Bearer ck_sdk_", StringComparison.Ordinal)
            && context.Request.Headers["X-CacheKit-L1-Status"].ToString() is not ("hit" or "miss" or "disabled"))
        {
            return Answer(context, StatusCodes.Status400BadRequest);
        }

        Shelf shelf = _shelves.GetOrAdd(tenant, _ => new Shelf(options.Clock, options.MaxTenantBytes));
        if (path == Root)
        {
            return ListAsync(context, shelf);
        }

        string[] parts = path.StartsWith(Root + "/", StringComparison.Ordinal)
            ? path[(Root.Length + 1)..].Split('/')
            : [];
        string key = parts.Length > 0 ? Uri.UnescapeDataString(parts[0]) : string.Empty;
        return (parts.Length, parts.Length > 1 ? parts[1] : null) switch
        {
            (1 or 2, _) when s_reserved.Contains(key) => Answer(context, StatusCodes.Status400BadRequest),
            (1, _) => EntryAsync(context, shelf, key),
            (2, "ttl") => LifeAsync(context, shelf, key),
            (2, "lock") => LockAsync(context, shelf, key),
            _ => Answer(context, StatusCodes.Status404NotFound),
        };
    }

    private static Task EntryAsync(HttpContext context, Shelf shelf, string key)
    {
        switch (context.Request.Method)
        {
            case "GET" or "HEAD" when shelf.Find(key) is { } entry:
                context.Response.ContentType = "application/octet-stream";
                context.Response.ContentLength = entry.Value.Length;
                return HttpMethods.IsHead(context.Request.Method)
                    ? Task.CompletedTask
                    : context.Response.Body.WriteAsync(entry.Value, context.RequestAborted).AsTask();
            case "GET" or "HEAD":
                return Answer(context, StatusCodes.Status404NotFound);
            case "DELETE":
                return Answer(context, shelf.Remove(key) ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);
            case "PUT":
                return StoreAsync(context, shelf, key);
            default:
                return Answer(context, StatusCodes.Status405MethodNotAllowed);
        }
    }

    private static async Task StoreAsync(HttpContext context, Shelf shelf, string key)
    {
        TimeSpan? life = null;
        if (context.Request.Headers.TryGetValue("X-CacheKit-TTL", out StringValues header))
        {
            if (!long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
                || seconds is < 1 or > MaxLife)
            {
                await Answer(context, StatusCodes.Status400BadRequest);
                return;
            }

            life = TimeSpan.FromSeconds(seconds);
        }

        // Kestrel ends what is longer than its limit with 413.
        using MemoryStream body = new((int)(context.Request.ContentLength ?? 0));
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        byte[] value = body.Length == body.Capacity ? body.GetBuffer() : body.ToArray();
        await Answer(
            context,
            shelf.TryStore(key, value, life) ? StatusCodes.Status200OK : StatusCodes.Status507InsufficientStorage);
    }

    private async Task LifeAsync(HttpContext context, Shelf shelf, string key)
    {
        if (HttpMethods.IsGet(context.Request.Method) && shelf.Find(key) is { } entry)
        {
            double left = Math.Ceiling((entry.End - options.Clock.GetUtcNow()).TotalSeconds);
            await context.Response.WriteAsJsonAsync(
                new { ttl = entry.End == DateTimeOffset.MaxValue ? (long?)null : (long)left });
            return;
        }

        bool isThere = false;
        if (HttpMethods.IsPatch(context.Request.Method))
        {
            long seconds = await ReadNumberAsync(context, "ttl", MaxLife);
            isThere = shelf.Prolong(key, TimeSpan.FromSeconds(seconds));
        }

        await Answer(context, isThere ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);
    }

    private static async Task LockAsync(HttpContext context, Shelf shelf, string key)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            long milliseconds = await ReadNumberAsync(context, "timeout_ms", MaxLife * 1000);
            await context.Response.WriteAsJsonAsync(
                new { lock_id = shelf.TryLock(key, TimeSpan.FromMilliseconds(milliseconds)) });
            return;
        }

        string? id = context.Request.Headers["X-CacheKit-Lock-Id"];
        if (!HttpMethods.IsDelete(context.Request.Method) || id is null)
        {
            await Answer(context, StatusCodes.Status400BadRequest);
            return;
        }

        shelf.Unlock(key, id);
    }

    private static Task ListAsync(HttpContext context, Shelf shelf)
    {
        IQueryCollection query = context.Request.Query;
        string? pattern = query["match"];
        if (!HttpMethods.IsGet(context.Request.Method) || string.IsNullOrEmpty(pattern)
            || pattern.AsSpan().ContainsAny('[', ']', '\\')
            || !int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out int limit)
            || limit is < 1 or > 1000)
        {
            return Answer(context, StatusCodes.Status400BadRequest);
        }

        List<string> keys = shelf.List(pattern, query["cursor"].ToString(), limit);
        return context.Response.WriteAsJsonAsync(new { keys, cursor = keys.Count == limit ? keys[^1] : null });
    }

    private static async Task<long> ReadNumberAsync(HttpContext context, string name, long highest)
    {
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        return body.RootElement.ValueKind == JsonValueKind.Object
            && body.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt64(out long number) && number >= 1 && number <= highest
                ? number
                : throw new BadHttpRequestException($"{name} is not a number in its range.");
    }

    private static Task Answer(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
