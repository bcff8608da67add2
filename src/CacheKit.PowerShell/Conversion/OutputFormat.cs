using System.Management.Automation;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Serialization;

namespace CacheKit.Conversion;

/// <summary>
/// The output of a block as one document: how many objects it wrote, and each of them as one value. So nothing, one
/// object, an array as one object and several objects all come back as they came out.
/// </summary>
internal static class OutputFormat
{
    /// <summary>Writes the output of a block.</summary>
    /// <param name="buffer">Takes the document.</param>
    /// <param name="output">The objects.</param>
    /// <exception cref="UnsupportedValueException">One of them cannot be written.</exception>
    public static void Write(SensitiveBuffer buffer, IReadOnlyList<PSObject?> output)
    {
        NativeValueWriter writer = new(buffer);
        writer.BeginOutput(output.Count);
        ObjectWriter objects = new(writer, ObjectWriter.DefaultDepth, CancellationToken.None);
        for (int i = 0; i < output.Count; i++)
        {
            try
            {
                objects.Write(output[i]);
            }
            catch (UnsupportedValueException exception)
            {
                exception.AddStep($"[{i}]");
                throw;
            }
        }
    }

    /// <summary>Reads the output of a block.</summary>
    /// <param name="document">The document.</param>
    /// <exception cref="MalformedValueException">It is not of the format.</exception>
    public static object?[] Read(ReadOnlyMemory<byte> document)
    {
        NativeValueReader reader = new(document);
        object?[] output = new object?[reader.ReadOutput()];
        ObjectReader objects = new(reader);
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = objects.Read();
        }

        reader.ReadEnd();
        return output;
    }

    /// <summary>Says what cannot be cached, where it stands and what to do.</summary>
    /// <param name="exception">What the writer met.</param>
    public static CacheKitException Explain(UnsupportedValueException exception) => exception.TooLarge
        ? new ValueTooLargeException()
        : exception.TooDeep
        ? new CacheKitException(
            ErrorIds.ValueTooDeep,
            $"The result is not cached: at {exception.Location} it nests deeper than {ObjectWriter.DeepestValue} levels, "
            + "or refers to itself.",
            "Let the block select the properties that the script needs.")
        : new CacheKitException(
            ErrorIds.ValueTypeUnsupported,
            $"The result is not cached: the value at {exception.Location} is a {exception.Type.FullName}, which this "
            + "version cannot keep.",
            "Let the block select the properties that the script needs (Select-Object), or convert the value.");
}
