namespace CacheKit.Core.Serialization;

/// <content>The composites that begin with a tag.</content>
public sealed partial class NativeValueWriter
{
    /// <inheritdoc/>
    public override bool TryBeginList(ValueKind kind, Type elementType, int count)
    {
        if (!ScalarTypes.TryGetCode(elementType, out ScalarCode code))
        {
            return false;
        }

        WriteArrayHeader(count + 1L);
        CompositeTag tag = kind switch
        {
            ValueKind.List => CompositeTag.List,
            ValueKind.ArrayList => CompositeTag.ArrayList,
            ValueKind.Set => CompositeTag.Set,
            _ => CompositeTag.IgnoreCaseSet,
        };
        WriteTag(tag, (byte)(kind is ValueKind.List or ValueKind.Set ? code : 0));
        return true;
    }

    /// <inheritdoc/>
    public override bool TryBeginDictionary(in DictionaryShape shape, int count)
    {
        switch (shape.Kind)
        {
            case ValueKind.Hashtable when !shape.CaseSensitive:
                WriteMapHeader(count);
                return true;
            case ValueKind.Hashtable:
                WriteArrayHeader((2L * count) + 1);
                WriteTag(CompositeTag.CaseSensitiveHashtable, 0);
                return true;
            case ValueKind.OrderedDictionary:
                WriteArrayHeader((2L * count) + 1);
                WriteTag(CompositeTag.OrderedDictionary, (byte)(shape.CaseSensitive ? 1 : 0));
                return true;
            default:
                if (!ScalarTypes.TryGetCode(shape.KeyType, out ScalarCode key)
                    || !ScalarTypes.TryGetCode(shape.ValueType, out ScalarCode value))
                {
                    return false;
                }

                WriteArrayHeader((2L * count) + 3);
                WriteTag(CompositeTag.Dictionary, (byte)key);
                return TryWriteScalar((int)value) && TryWriteScalar(shape.CaseSensitive);
        }
    }

    /// <inheritdoc/>
    public override void BeginPropertyBag(IReadOnlyCollection<string> typeNames, string? text, int count)
    {
        WriteArrayHeader((2L * count) + (text is null ? 2 : 3));
        WriteTag(CompositeTag.PropertyBag, (byte)(text is null ? 0 : 1));
        WriteTypeNames(typeNames);
        if (text is not null)
        {
            WriteText(text);
        }
    }

    /// <inheritdoc/>
    public override bool TryBeginExtended(IReadOnlyCollection<string> typeNames, int propertyCount)
    {
        WriteArrayHeader((2L * propertyCount) + 3);
        WriteTag(CompositeTag.Extended, 0);
        WriteTypeNames(typeNames);
        return true;
    }

    /// <inheritdoc/>
    public override bool TryWriteEnum(string typeName, object number, string name)
    {
        WriteArrayHeader(4);
        WriteTag(CompositeTag.Enum, 0);
        WriteText(typeName);
        bool isWritten = TryWriteScalar(number);
        WriteText(name);
        return isWritten;
    }

    /// <inheritdoc/>
    public override bool TryWriteTypedText(string typeName, string text)
    {
        WriteArrayHeader(3);
        WriteTag(CompositeTag.TypedText, 0);
        WriteText(typeName);
        WriteText(text);
        return true;
    }

    /// <inheritdoc/>
    public override bool TryBeginCredential()
    {
        WriteArrayHeader(3);
        WriteTag(CompositeTag.Credential, 0);
        return true;
    }

    private void WriteTypeNames(IReadOnlyCollection<string> typeNames)
    {
        if (typeNames.Count == 0)
        {
            WriteNull();
            return;
        }

        WriteArrayHeader(typeNames.Count);
        foreach (string name in typeNames)
        {
            WriteText(name);
        }
    }
}
