using System.Management.Automation;
using CacheKit.Conversion;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Serialization;

namespace CacheKit.Benchmarks.Rows;

/// <summary>A PSCustomObject with five properties to bytes and back.</summary>
internal sealed class ConverterBenchmarks
{
    private readonly PSObject _object = new();
    private readonly byte[] _bytes;
    private readonly string _clixml;

    /// <summary>Makes the object and its bytes.</summary>
    public ConverterBenchmarks()
    {
        _object.Properties.Add(new PSNoteProperty("Name", "DbAdmin"));
        _object.Properties.Add(new PSNoteProperty("Id", 4711));
        _object.Properties.Add(new PSNoteProperty("Enabled", true));
        _object.Properties.Add(new PSNoteProperty("Load", 0.25));
        _object.Properties.Add(new PSNoteProperty("Since", new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc)));
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        new ObjectWriter(new NativeValueWriter(buffer), ObjectWriter.DefaultDepth, CancellationToken.None)
            .Write(_object);
        _bytes = buffer.WrittenSpan.ToArray();
        _clixml = PSSerializer.Serialize(_object);
    }

    /// <summary>To bytes.</summary>
    public int Write()
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        new ObjectWriter(new NativeValueWriter(buffer), ObjectWriter.DefaultDepth, CancellationToken.None)
            .Write(_object);
        return buffer.Length;
    }

    /// <summary>From bytes.</summary>
    public object? Read() => new ObjectReader(new NativeValueReader(_bytes)).Read();

    /// <summary>To the text of Export-Clixml.</summary>
    public string WriteClixml() => PSSerializer.Serialize(_object);

    /// <summary>From the text of Export-Clixml.</summary>
    public object ReadClixml() => PSSerializer.Deserialize(_clixml);
}
