using System.IO.Enumeration;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace CacheKit.Core.Storage.Http;

/// <content>Listing: an extension of ours to the protocol (docs/hosting.md).</content>
public sealed partial class HttpStore
{
    private const int FirstPageSize = 16;

    private const int PageSize = 1000;

    // A thousand keys of 1 KiB, and what JSON puts around them.
    private const int MaxPageBytes = 4 << 20;

    private const int MaxCursorLength = 4096;

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(
        string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (IReadOnlyList<string> page in ListPagesAsync(pattern, cancellationToken).ConfigureAwait(false))
        {
            foreach (string key in page)
            {
                yield return key;
            }
        }
    }

    IAsyncEnumerable<IReadOnlyList<string>> IPagedListing.ListPagesAsync(
        string pattern, CancellationToken cancellationToken) => ListPagesAsync(pattern, cancellationToken);

    private static List<string> ReadKeys(JsonElement answer)
    {
        if (JsonAnswers.Find(answer, "keys") is not { ValueKind: JsonValueKind.Array } list)
        {
            throw new UnexpectedAnswerException("with a listing that has no keys");
        }

        List<string> keys = new(list.GetArrayLength());
        foreach (JsonElement key in list.EnumerateArray())
        {
            keys.Add(JsonAnswers.ReadText(key)
                ?? throw new UnexpectedAnswerException("with a listing that has no keys"));
        }

        return keys;
    }

    private static string? ReadCursor(JsonElement answer)
    {
        if (JsonAnswers.Find(answer, "cursor") is not { } cursor || cursor.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return JsonAnswers.ReadText(cursor) is { Length: > 0 and <= MaxCursorLength } text
            ? text
            : throw new UnexpectedAnswerException("with a listing that cannot be continued");
    }

    private async IAsyncEnumerable<IReadOnlyList<string>> ListPagesAsync(
        string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        KeyPattern.Check(pattern);
        string? cursor = null;
        for (int page = 0; page == 0 || cursor is not null; page++)
        {
            if (page == _options.MaxListPages)
            {
                throw _faults.Unexpected("with a listing that has no end");
            }

            // The first page is small, for who asks whether there is any.
            Uri address = _path.List(pattern, cursor, page == 0 ? FirstPageSize : PageSize);
            (List<string> keys, string? next) =
                await RunAsync(deadline => ReadPageAsync(address, deadline), cancellationToken).ConfigureAwait(false);
            // A server that lists others is not to make us remove them.
            yield return keys.FindAll(
                key => FileSystemName.MatchesSimpleExpression(pattern, key, ignoreCase: false));
            cursor = next;
        }
    }

    private async ValueTask<(List<string> Keys, string? Next)> ReadPageAsync(
        Uri address, OperationDeadline deadline)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        using HttpResponseMessage response =
            await _transport.SendAsync(request, deadline, deadline.Token).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed
            or HttpStatusCode.NotImplemented)
        {
            _cannotList = true;
            throw _faults.Unsupported("list its keys");
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw _faults.FromStatus(response);
        }

        JsonElement answer = await BoundedBody.ReadJsonAsync(response.Content, MaxPageBytes, deadline.Token)
            .ConfigureAwait(false);
        return (ReadKeys(answer), ReadCursor(answer));
    }
}
