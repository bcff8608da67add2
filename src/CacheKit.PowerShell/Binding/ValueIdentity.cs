using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Serialization;

namespace CacheKit.Binding;

/// <summary>
/// Writes what makes a value the value that it is, canonically: type and content; the order of a hashtable's keys does
/// not count, the order of an array does, culture never does. Two values with the same bytes are the same value.
/// </summary>
internal sealed class ValueIdentity
{
    private const int DeepestValue = 64;

    private const byte NeverUsedByMessagePack = 0xC1;

    private readonly SensitiveBuffer _buffer;
    private readonly NativeValueWriter _writer;

    /// <summary>Makes a writer.</summary>
    /// <param name="buffer">Takes the bytes; they may be those of a secret.</param>
    public ValueIdentity(SensitiveBuffer buffer)
    {
        _buffer = buffer;
        _writer = new NativeValueWriter(buffer);
    }

    /// <summary>Writes something that is the same at every call, to be copied then.</summary>
    /// <param name="write">Writes it.</param>
    public static byte[] Encode(Action<SensitiveBuffer> write)
    {
        using SensitiveBuffer buffer = SensitiveBuffer.Rent();
        write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Whether what was written includes the content of a secret.</summary>
    public bool HoldsSecret { get; private set; }

    /// <summary>Writes the identity of a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Null, or the type that has no value identity.</returns>
    public Type? TryWrite(object? value) => TryWrite(value, 0);

    /// <summary>Writes a text that says what follows. No value begins as a label does.</summary>
    /// <param name="label">The text.</param>
    public void WriteLabel(string label)
    {
        _buffer.Write(NeverUsedByMessagePack);
        _writer.WriteName(label);
    }

    private Type? TryWrite(object? value, int depth)
    {
        if (depth > DeepestValue)
        {
            return value?.GetType();
        }

        if (value is null)
        {
            _writer.WriteNull();
            return null;
        }

        PSObject? wrapped = value as PSObject;
        object bare = wrapped is null ? value : wrapped.BaseObject;
        HoldsSecret = HoldsSecret || bare is SecureString or PSCredential;
        Type? type = null;
        if (wrapped is not null && bare is PSCustomObject)
        {
            WriteText("bag");
            WriteText([.. wrapped.TypeNames]);
        }
        else if (!_writer.TryWriteScalar(bare))
        {
            type = TryWriteOther(bare, depth);
        }

        // Text and numbers lose what was added to them together with their wrapper.
        return type is null && value is not (string or ValueType) ? TryWriteAddedMembers(value, depth) : type;
    }

    private Type? TryWriteOther(object value, int depth)
    {
        switch (value)
        {
            case Enum constant:
                return WriteText("enum", constant.GetType().FullName!, constant.ToString("D"));
            case SwitchParameter flag:
                return WriteText("switch", flag.IsPresent ? "+" : "-");
            case PSCredential credential:
                WriteText("credential", credential.UserName);
                _writer.TryWriteScalar(credential.Password);
                return null;
            case PathInfo path:
                return WriteText("path", path.Path);
            // Get-Content and its like add these two to every line.
            case PSDriveInfo drive:
                return WriteText("drive", drive.Name, drive.Root);
            case ProviderInfo provider:
                return WriteText("provider", provider.Name);
            case CultureInfo culture:
                return WriteText("culture", culture.Name);
            case Array { Rank: 1 } array:
                WriteText("array", array.GetType().FullName!);
                return TryWriteItems(array, depth);
            case IDictionary dictionary when IsOfTheSystem(value):
                return TryWriteDictionary(dictionary, depth);
            case IList list when IsOfTheSystem(value):
                WriteText("list", value.GetType().FullName!);
                return TryWriteItems(list, depth);
            default:
                // The engine's own version type, which the reference assembly does not know.
                return value.GetType().FullName == "System.Management.Automation.SemanticVersion"
                    ? WriteText("semver", value.ToString()!)
                    : value.GetType();
        }
    }

    /// <summary>What Add-Member put on an object can be read by the block, hence it counts.</summary>
    private Type? TryWriteAddedMembers(object value, int depth)
    {
        foreach (PSMemberInfo member in AddedMembers.Of(value))
        {
            if (member is not PSNoteProperty note)
            {
                return value is PSObject wrapped ? wrapped.BaseObject.GetType() : value.GetType();
            }

            WriteText("note", note.Name);
            if (TryWrite(note.Value, depth + 1) is { } type)
            {
                return type;
            }
        }

        return null;
    }

    private Type? TryWriteItems(IList items, int depth)
    {
        _writer.TryWriteScalar(items.Count);
        foreach (object? item in items)
        {
            if (TryWrite(item, depth + 1) is { } type)
            {
                return type;
            }
        }

        return null;
    }

    private Type? TryWriteDictionary(IDictionary dictionary, int depth)
    {
        bool isOrdered = dictionary is System.Collections.Specialized.IOrderedDictionary;
        WriteText(isOrdered ? "ordered" : "map", dictionary.GetType().FullName!);
        _writer.TryWriteScalar(dictionary.Count);
        List<(SensitiveBuffer Bytes, int KeySize)> pairs = new(dictionary.Count);
        try
        {
            foreach (DictionaryEntry pair in dictionary)
            {
                // Each pair on its own first: they are sorted by the bytes of their keys.
                SensitiveBuffer bytes = SensitiveBuffer.Rent();
                pairs.Add((bytes, 0));
                ValueIdentity identity = new(bytes);
                Type? type = identity.TryWrite(pair.Key, depth + 1);
                pairs[^1] = (bytes, bytes.Length);
                type ??= identity.TryWrite(pair.Value, depth + 1);
                HoldsSecret = HoldsSecret || identity.HoldsSecret;
                if (type is not null)
                {
                    return type;
                }
            }

            if (!isOrdered)
            {
                pairs.Sort(static (x, y) => x.Bytes.WrittenSpan[..x.KeySize].SequenceCompareTo(y.Bytes.WrittenSpan[..y.KeySize]));
            }

            foreach ((SensitiveBuffer bytes, _) in pairs)
            {
                _buffer.Write(bytes.WrittenSpan);
            }

            return null;
        }
        finally
        {
            foreach ((SensitiveBuffer bytes, _) in pairs)
            {
                bytes.Dispose();
            }
        }
    }

    private Type? WriteText(params ReadOnlySpan<string> parts)
    {
        foreach (string part in parts)
        {
            WriteLabel(part);
        }

        return null;
    }

    /// <summary>Whether a collection is one of .NET's or PowerShell's own, whose items are all that it is.</summary>
    private static bool IsOfTheSystem(object value) =>
        value.GetType().Namespace is { } name
        && (name.StartsWith("System.Collections", StringComparison.Ordinal)
            || name.StartsWith("System.Management.Automation", StringComparison.Ordinal));
}
