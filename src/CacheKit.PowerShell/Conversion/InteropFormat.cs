using System.Management.Automation;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Serialization;

namespace CacheKit.Conversion;

/// <summary>
/// Values and arguments that other languages share (PROTOCOL section 7). A value is one document: what a function of
/// another language returns.
/// </summary>
internal static class InteropFormat
{
    /// <summary>Writes what a block wrote: nothing is null, one object is itself, and several are an array.</summary>
    /// <param name="buffer">Takes the document.</param>
    /// <param name="output">The objects.</param>
    /// <param name="stop">Ends a long conversion.</param>
    /// <exception cref="CacheKitException">Other languages do not have such a value.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static void WriteValue(SensitiveBuffer buffer, IReadOnlyList<PSObject?> output, CancellationToken stop)
    {
        ObjectWriter objects = new(new InteropValueWriter(buffer), ObjectWriter.DefaultDepth, stop);
        try
        {
            objects.Write(output.Count switch
            {
                0 => null,
                1 => output[0],
                _ => output.ToArray<object?>(),
            });
        }
        catch (UnsupportedValueException exception)
        {
            throw ExplainValue(exception);
        }
    }

    /// <summary>Writes the arguments that a key is computed of.</summary>
    /// <param name="buffer">Takes the canonical array.</param>
    /// <param name="arguments">The arguments, each with what a message calls it.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.InteropArgumentInvalid"/>.</exception>
    public static void WriteArguments(SensitiveBuffer buffer, IReadOnlyList<KeyValuePair<string, object?>> arguments)
    {
        InteropArgumentWriter writer = new(buffer);
        writer.BeginArguments(arguments.Count);
        ObjectWriter objects = new(writer, ObjectWriter.DefaultDepth, CancellationToken.None);
        foreach ((string name, object? value) in arguments)
        {
            try
            {
                objects.Write(value);
            }
            catch (UnsupportedValueException exception)
            {
                throw ExplainArgument(exception, name);
            }
            catch (InteropModelException exception)
            {
                throw new CacheKitException(
                    ErrorIds.InteropArgumentInvalid,
                    $"{name} cannot be part of an interop key: {exception.Problem}.",
                    exception.RecommendedAction);
            }
        }
    }

    /// <summary>Reads a value: null writes nothing, an array its items, and everything else is one object.</summary>
    /// <param name="document">The document.</param>
    /// <param name="asHashtable">Whether maps are ordered hashtables, and not objects.</param>
    /// <exception cref="MalformedValueException">It does not decode; the message says why.</exception>
    public static object?[] ReadValue(ReadOnlyMemory<byte> document, bool asHashtable)
    {
        InteropValueReader reader = new(document);
        object? value = new InteropObjects(reader, asHashtable).Read();
        reader.ReadEnd();
        return value switch
        {
            null => [],
            object?[] items => items,
            _ => [value],
        };
    }

    private static CacheKitException ExplainValue(UnsupportedValueException exception)
    {
        string place = exception.Location.Length == 0 ? string.Empty : $" at {exception.Location}";
        if (exception.TooLarge)
        {
            return new ValueTooLargeException();
        }

        return exception.TooDeep
            ? new CacheKitException(
                ErrorIds.ValueTooDeep,
                $"The result is not cached:{place} it nests deeper than 32 levels, or refers to itself.",
                "Let the block select the properties that other languages need.")
            : new CacheKitException(
                ErrorIds.ValueTypeUnsupported,
                $"The result is not cached: the value{place} is {InteropModel.Describe(exception.Type, isArgument: false)}, "
                + "which other languages do not share.",
                InteropModel.WayOutOf(exception.Type, isArgument: false));
    }

    private static CacheKitException ExplainArgument(UnsupportedValueException exception, string name)
    {
        if (exception.TooLarge)
        {
            return new CacheKitException(
                ErrorIds.InteropArgumentInvalid,
                $"{name} cannot be part of an interop key: it is larger than 512 MiB.",
                "Give what identifies the entry, and not the data itself.");
        }

        return exception.TooDeep
            ? new CacheKitException(
                ErrorIds.InteropArgumentInvalid,
                $"{name}{exception.Location} cannot be part of an interop key: it nests deeper than 32 levels, or refers to "
                + "itself.",
                "Give what identifies the entry, and not the data itself.")
            : new CacheKitException(
                ErrorIds.InteropArgumentInvalid,
                $"{name}{exception.Location} cannot be part of an interop key: it is "
                + $"{InteropModel.Describe(exception.Type, isArgument: true)}.",
                InteropModel.WayOutOf(exception.Type, isArgument: true));
    }
}
