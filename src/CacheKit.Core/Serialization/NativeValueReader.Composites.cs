using CacheKit.Core.Formats;
using MessagePack;

namespace CacheKit.Core.Serialization;

/// <content>The composites, and what begins with a tag.</content>
public sealed partial class NativeValueReader
{
    private ValueKind ReadComposite(int items)
    {
        if (items == 0 || !TryReadTag(out CompositeTag tag, out byte detail))
        {
            ElementType = typeof(object);
            Count = items;
            return ValueKind.Array;
        }

        Count = items - 1;
        ElementType = typeof(object);
        switch (tag)
        {
            case CompositeTag.TypedArray when ScalarTypes.TryGetElementType(detail, out Type type):
                ElementType = type;
                return ValueKind.Array;
            case CompositeTag.List when ScalarTypes.TryGetType(detail, out Type type):
                ElementType = type;
                return ValueKind.List;
            case CompositeTag.Set when ScalarTypes.TryGetType(detail, out Type type):
                ElementType = type;
                return ValueKind.Set;
            case CompositeTag.ArrayList when detail == 0:
                return ValueKind.ArrayList;
            case CompositeTag.IgnoreCaseSet when detail == 0:
                ElementType = typeof(string);
                return ValueKind.IgnoreCaseSet;
            case CompositeTag.Credential when Count == 2 && detail == 0:
                return ValueKind.Credential;
            case CompositeTag.Enum when Count == 3 && detail == 0:
                return ReadEnum();
            case CompositeTag.TypedText when Count == 2 && detail == 0:
                TypeNames = [ReadName()];
                Text = ReadName();
                return ValueKind.TypedText;
            default:
                return ReadDictionary(tag, detail);
        }
    }

    private ValueKind ReadDictionary(CompositeTag tag, byte detail)
    {
        int follow = Count;
        switch (tag)
        {
            case CompositeTag.CaseSensitiveHashtable when follow % 2 == 0 && detail == 0:
                Count = follow / 2;
                CaseSensitive = true;
                return ValueKind.Hashtable;
            case CompositeTag.OrderedDictionary when follow % 2 == 0 && detail <= 1:
                Count = follow / 2;
                CaseSensitive = detail == 1;
                return ValueKind.OrderedDictionary;
            case CompositeTag.Dictionary when follow % 2 == 0 && follow >= 2
                && ScalarTypes.TryGetType(detail, out Type keys):
                int code = ReadScalar<int>();
                KeyType = keys;
                ValueType = code is >= 0 and <= byte.MaxValue && ScalarTypes.TryGetType((byte)code, out Type values)
                    ? values
                    : throw Malformed();
                CaseSensitive = ReadScalar<bool>();
                Count = (follow - 2) / 2;
                return ValueKind.Dictionary;
            case CompositeTag.PropertyBag when detail <= 1 && follow > detail && (follow - detail) % 2 == 1:
                TypeNames = ReadTypeNames();
                Text = detail == 1 ? ReadName() : null;
                Count = (follow - detail - 1) / 2;
                return ValueKind.PropertyBag;
            case CompositeTag.Extended when follow >= 2 && follow % 2 == 0 && detail == 0:
                TypeNames = ReadTypeNames();
                Count = (follow - 2) / 2;
                return ValueKind.Extended;
            default:
                throw Malformed();
        }
    }

    private ValueKind ReadEnum()
    {
        TypeNames = [ReadName()];
        object? number = ReadLeaf();
        if (number is not (int or byte or sbyte or short or ushort or uint or long or ulong))
        {
            throw Malformed();
        }

        Text = ReadName();
        Scalar = number;
        return ValueKind.Enum;
    }

    private T ReadScalar<T>() => ReadLeaf() is T value ? value : throw Malformed();

    /// <summary>
    /// Reads what is not a composite: a part of a header never nests, or a crafted one would exhaust the stack.
    /// </summary>
    private object? ReadLeaf()
    {
        ReadOnlySpan<byte> rest = Rest;
        if (rest.IsEmpty || MessagePackCode.ToMessagePackType(rest[0]) is MessagePackType.Array or MessagePackType.Map)
        {
            throw Malformed();
        }

        return Read() == ValueKind.Scalar ? Scalar : null;
    }

    private bool TryReadTag(out CompositeTag tag, out byte detail)
    {
        ReadOnlySpan<byte> rest = Rest;
        // A tag is always a fixext 1; scalars of one byte have codes below the first tag.
        bool isTag = MessagePackToken.TryRead(rest, out MessagePackToken token)
            && token.Code == MessagePackCode.FixExt1
            && token.ExtensionCode >= (sbyte)CompositeTag.TypedArray
            && rest.Length > token.Size;
        tag = isTag ? (CompositeTag)token.ExtensionCode : default;
        detail = isTag ? rest[token.Size] : default;
        _position += isTag ? token.Size + 1 : 0;
        return isTag;
    }

    private string[] ReadTypeNames()
    {
        if (!Rest.IsEmpty && Rest[0] == MessagePackCode.Nil)
        {
            _position++;
            return [];
        }

        string[] names = new string[ReadArrayHeader()];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = ReadName();
        }

        return names;
    }
}
