using System.Management.Automation;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
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
    /// <param name="serializer">The format.</param>
    /// <param name="depth">How many levels of objects of other types keep their properties.</param>
    /// <param name="stop">Ends a long conversion.</param>
    /// <returns>Whether it holds a secret; formats other than PowerShell's own refuse them.</returns>
    /// <exception cref="UnsupportedValueException">One of them cannot be written.</exception>
    /// <exception cref="CacheKitException">The output is not what the format is for.</exception>
    public static bool Write(
        SensitiveBuffer buffer,
        IReadOnlyList<PSObject?> output,
        SerializerKind serializer,
        int depth,
        CancellationToken stop)
    {
        switch (serializer)
        {
            case SerializerKind.PowerShell:
                NativeValueWriter native = new(buffer);
                native.BeginOutput(output.Count);
                WriteItems(new ObjectWriter(native, depth, stop), output);
                return native.HoldsSecret;
            case SerializerKind.MessagePack:
                MessagePackValueWriter messagePack = new(buffer);
                messagePack.BeginOutput(output.Count);
                WriteItems(new ObjectWriter(messagePack, depth, stop), output);
                return false;
            case SerializerKind.Json:
                using (JsonValueWriter json = new(buffer))
                {
                    json.BeginOutput(output.Count);
                    WriteItems(new ObjectWriter(json, depth, stop), output);
                    return false;
                }

            default:
                TableOutput.Write(buffer, output, stop);
                return false;
        }
    }

    /// <summary>As <see cref="Write"/>, with what cannot be written as an error of the catalogue.</summary>
    /// <param name="buffer">Takes the document.</param>
    /// <param name="output">The objects.</param>
    /// <param name="serializer">The format.</param>
    /// <param name="depth">How many levels of objects of other types keep their properties.</param>
    /// <param name="stop">Ends a long conversion.</param>
    /// <exception cref="CacheKitException">One of them cannot be written.</exception>
    /// <exception cref="PipelineStoppedException">The conversion was ended.</exception>
    public static void WriteOrExplain(
        SensitiveBuffer buffer,
        IReadOnlyList<PSObject?> output,
        SerializerKind serializer,
        int depth,
        CancellationToken stop)
    {
        try
        {
            Write(buffer, output, serializer, depth, stop);
        }
        catch (UnsupportedValueException exception)
        {
            throw Explain(exception, serializer);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Reads the output of a block.</summary>
    /// <param name="serializer">The format.</param>
    /// <param name="document">The document.</param>
    /// <exception cref="MalformedValueException">It is not of the format.</exception>
    public static object?[] Read(SerializerKind serializer, ReadOnlyMemory<byte> document)
    {
        switch (serializer)
        {
            case SerializerKind.PowerShell:
                NativeValueReader native = new(document);
                return ReadItems(native, native.ReadOutput());
            case SerializerKind.MessagePack:
                return ReadPortable(new MessagePackValueReader(document));
            case SerializerKind.Json:
                using (JsonValueReader json = new(document))
                {
                    return ReadPortable(json);
                }

            default:
                return TableOutput.Read(document);
        }
    }

    /// <summary>Says what cannot be cached, where it stands and what to do.</summary>
    /// <param name="exception">What the writer met.</param>
    /// <param name="serializer">The format.</param>
    public static CacheKitException Explain(UnsupportedValueException exception, SerializerKind serializer)
    {
        if (exception.TooLarge)
        {
            return new ValueTooLargeException();
        }

        if (exception.TooDeep)
        {
            return new CacheKitException(
                ErrorIds.ValueTooDeep,
                $"The result is not cached: at {exception.Location} it nests deeper than {ValueWriter.UsualDepth} levels, "
                + "or refers to itself.",
                "Let the block select the properties that the script needs.");
        }

        bool isNative = serializer == SerializerKind.PowerShell;
        return new CacheKitException(
            ErrorIds.ValueTypeUnsupported,
            $"The result is not cached: the value at {exception.Location} is a {exception.Type}, which "
            + (isNative ? "this version cannot keep." : $"-Serializer {serializer} cannot keep as it is."),
            (isNative ? "Let" : "Use -Serializer PowerShell, or let")
            + " the block select the properties that the script needs (Select-Object), or convert the value.");
    }

    private static void WriteItems(ObjectWriter objects, IReadOnlyList<PSObject?> output)
    {
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

    private static object?[] ReadPortable(ValueReader reader) => reader.Read() == ValueKind.Array
        ? ReadItems(reader, reader.Count)
        : throw new MalformedValueException("The value is not the output of a block.");

    private static object?[] ReadItems(ValueReader reader, int count)
    {
        object?[] output = new object?[count];
        ObjectReader objects = new(reader);
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = objects.Read();
        }

        reader.ReadEnd();
        return output;
    }
}
