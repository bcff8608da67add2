using System.Text.Json;

namespace CacheKit.Core.Storage.Http;

/// <summary>
/// Looks into JSON of a server that is not trusted. It has been parsed, but names and texts with half of a surrogate
/// pair are only met when they are read.
/// </summary>
internal static class JsonAnswers
{
    /// <summary>Finds a property; null when there is none.</summary>
    /// <param name="answer">A JSON object.</param>
    /// <param name="name">The name of the property.</param>
    /// <exception cref="UnexpectedAnswerException">A name of the object is no text.</exception>
    public static JsonElement? Find(JsonElement answer, string name)
    {
        try
        {
            return answer.TryGetProperty(name, out JsonElement found) ? found : null;
        }
        catch (InvalidOperationException)
        {
            throw new UnexpectedAnswerException("with something that is not JSON");
        }
    }

    /// <summary>Reads a text; null when it is none.</summary>
    /// <param name="element">The value of a property, or an item.</param>
    public static string? ReadText(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
