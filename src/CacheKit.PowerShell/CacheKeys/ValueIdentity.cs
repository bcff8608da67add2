using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Security;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Serialization;

namespace CacheKit.CacheKeys;

/// <summary>
/// Writes what makes a value the value that it is, canonically: type and content; the order of a hashtable's keys does
/// not count, the order of an array does, culture never does. Two values with the same bytes are the same value.
/// </summary>
internal sealed partial class ValueIdentity
{
    private const int DeepestValue = 64;

    /// <summary>
    /// What one identity may take, in bytes: a table that holds another one twice, and so on, never ends.
    /// </summary>
    private const int LargestIdentity = 64 * 1024 * 1024;

    private const byte NeverUsedByMessagePack = 0xC1;

    private readonly SensitiveBuffer _buffer;
    private readonly NativeValueWriter _writer;
    private readonly PSCmdlet? _cmdlet;
    private readonly ValueIdentity _outermost;
    private int _counted;
    private long _total;

    /// <summary>Makes a writer.</summary>
    /// <param name="buffer">Takes the bytes; they may be those of a secret.</param>
    /// <param name="cmdlet">Whose caller's variables script blocks see; without it, they have no identity.</param>
    public ValueIdentity(SensitiveBuffer buffer, PSCmdlet? cmdlet = null)
    {
        _buffer = buffer;
        _writer = new NativeValueWriter(buffer);
        _cmdlet = cmdlet;
        _outermost = this;
    }

    private ValueIdentity(SensitiveBuffer buffer, ValueIdentity outer)
        : this(buffer, outer._cmdlet)
    {
        _outermost = outer._outermost;
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

    /// <summary>Whether a value was refused for its size or its depth, which in a cycle has no end.</summary>
    public bool IsTooLarge { get; private set; }

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

    /// <summary>Writes the identity of a value that is part of another one.</summary>
    /// <param name="value">The value.</param>
    /// <param name="depth">How deep it lies.</param>
    /// <returns>Null, or the type that has no value identity.</returns>
    public Type? TryWrite(object? value, int depth)
    {
        if (value is null)
        {
            _writer.WriteNull();
            return null;
        }

        PSObject? wrapped = value as PSObject;
        object bare = wrapped is null ? value : wrapped.BaseObject;
        if (depth > DeepestValue || !HasRoomFor(bare))
        {
            _outermost.IsTooLarge = true;
            return bare.GetType();
        }

        if (ReferenceEquals(value, AutomationNull.Value))
        {
            return WriteText("nothing");
        }

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
                return WriteText("enum", constant.GetType().FullName!, constant.ToString("D"), constant.ToString("G"));
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
            case Array array:
                return TryWriteArray(array, depth);
            case IDictionary dictionary when IsOfTheSystem(value):
                return TryWriteDictionary(dictionary, depth);
            case IList list when IsOfTheSystem(value):
                WriteText("list", value.GetType().FullName!);
                return TryWriteItems(list, list.Count, depth);
            default:
                return value is IEnumerable && IsOfTheSystem(value) && (value is ICollection || IsSet(value))
                    ? TryWriteCollection((IEnumerable)value, depth)
                    : TryWriteObject(value, depth);
        }
    }

    /// <summary>What Add-Member put on an object can be read by the block, hence it counts.</summary>
    private Type? TryWriteAddedMembers(object value, int depth)
    {
        foreach (PSMemberInfo member in AddedMembers.Of(value))
        {
            if (member is PSAliasProperty alias)
            {
                // What it stands for is a member that counts already.
                WriteText("alias", alias.Name, alias.ReferencedMemberName, alias.ConversionType?.FullName ?? string.Empty);
                continue;
            }

            // What a script or a method computes may be anything.
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

    /// <summary>Whether there is room for a value, after all that has been written for this identity so far.</summary>
    private bool HasRoomFor(object value)
    {
        long size = value switch
        {
            string text => text.Length,
            byte[] bytes => bytes.Length,
            _ => 0,
        };
        // Every buffer on the way counts, as what is in it was written for a value.
        _outermost._total += _buffer.Length - _counted;
        _counted = _buffer.Length;
        return _outermost._total + size <= LargestIdentity;
    }

    private Type? WriteText(params ReadOnlySpan<string> parts)
    {
        foreach (string part in parts)
        {
            WriteLabel(part);
        }

        return null;
    }
}
