using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;

namespace CacheKit.Core.Storage.Http;

/// <summary>Reads answers of a server that is not trusted: never more than a limit.</summary>
internal static class BoundedBody
{
    private const int ChunkSize = 64 * 1024;

    private const int MaxJsonDepth = 4;

    /// <summary>Reads a value.</summary>
    /// <param name="content">The answer's content.</param>
    /// <param name="limit">How many bytes it may have.</param>
    /// <param name="deadline">Is told of what has come.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="UnexpectedAnswerException">It is longer, or is no value.</exception>
    public static async ValueTask<byte[]> ReadValueAsync(
        HttpContent content, long limit, OperationDeadline deadline, CancellationToken cancellationToken)
    {
        // A page of a proxy, a login form: what a server of entries never sends.
        Require(content.Headers, "application/octet-stream");
        return await ReadAsync(content, limit, deadline, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a JSON object.</summary>
    /// <param name="content">The answer's content.</param>
    /// <param name="limit">How many bytes it may have.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="UnexpectedAnswerException">It is longer, or is no JSON object.</exception>
    public static async ValueTask<JsonElement> ReadJsonAsync(
        HttpContent content, long limit, CancellationToken cancellationToken)
    {
        Require(content.Headers, "application/json");
        byte[] bytes = await ReadAsync(content, limit, deadline: null, cancellationToken).ConfigureAwait(false);
        try
        {
            using JsonDocument document =
                JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxJsonDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new UnexpectedAnswerException("with something that is not a JSON object");
        }
        catch (JsonException)
        {
            throw new UnexpectedAnswerException("with something that is not JSON");
        }
    }

    private static void Require(HttpContentHeaders headers, string mediaType)
    {
        string? actual = headers.ContentType?.MediaType;
        if (actual is not null && !actual.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
        {
            throw new UnexpectedAnswerException(
                actual.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
                    ? "with a page of text, as proxies and login forms do"
                    : "with a content of another type");
        }

        if (headers.ContentEncoding.Any(encoding => encoding != "identity"))
        {
            throw new UnexpectedAnswerException("with a compressed content that nobody asked for");
        }
    }

    private static async ValueTask<byte[]> ReadAsync(
        HttpContent content, long limit, OperationDeadline? deadline, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength is { } announced && announced > limit)
        {
            throw TooLong(limit);
        }

        Stream stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            // Room for what was announced; a length that is a lie is met by the limit or by the end of the stream.
            return content.Headers.ContentLength is { } length
                ? await ReadExactlyAsync(stream, length, deadline, cancellationToken).ConfigureAwait(false)
                : await ReadToEndAsync(stream, limit, deadline, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<byte[]> ReadExactlyAsync(
        Stream stream, long length, OperationDeadline? deadline, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[length];
        for (int count = 0; count < bytes.Length;)
        {
            int read = await stream.ReadAsync(bytes.AsMemory(count), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            deadline?.Extend(read);
            count += read;
        }

        return bytes;
    }

    private static async ValueTask<byte[]> ReadToEndAsync(
        Stream stream, long limit, OperationDeadline? deadline, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte> bytes = new();
        while (true)
        {
            Memory<byte> room = bytes.GetMemory(ChunkSize);
            int read = await stream.ReadAsync(room, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return bytes.WrittenSpan.ToArray();
            }

            if (bytes.WrittenCount + (long)read > limit)
            {
                throw TooLong(limit);
            }

            deadline?.Extend(read);
            bytes.Advance(read);
        }
    }

    private static UnexpectedAnswerException TooLong(long limit) => new($"with more than {limit} bytes");
}
