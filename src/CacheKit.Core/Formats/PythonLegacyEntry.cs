using System.Text.Json;

namespace CacheKit.Core.Formats;

/// <summary>
/// The entry that older versions of the Python SDK wrote: a JSON object with the members <c>data</c> (base64),
/// <c>metadata</c> and <c>serializer</c> (PROTOCOL section 6). It is recognized, and never opened.
/// </summary>
public static class PythonLegacyEntry
{
    private const int DeepestNesting = 8;
    private const int TopLevel = 1;

    /// <summary>Whether bytes are one. Nothing is made of them, whatever their size.</summary>
    /// <param name="bytes">Untrusted bytes.</param>
    public static bool IsOne(ReadOnlySpan<byte> bytes)
    {
        bool hasData = false;
        bool hasSerializer = false;
        Utf8JsonReader reader = new(bytes, new JsonReaderOptions { MaxDepth = DeepestNesting });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != TopLevel)
                {
                    continue;
                }

                bool isData = reader.ValueTextEquals("data"u8);
                bool isSerializer = reader.ValueTextEquals("serializer"u8);
                reader.Read();
                hasData |= isData && reader.TokenType == JsonTokenType.String;
                hasSerializer |= isSerializer && reader.TokenType == JsonTokenType.String;
            }

            return hasData && hasSerializer;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
