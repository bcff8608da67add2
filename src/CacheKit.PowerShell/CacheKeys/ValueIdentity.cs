using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using CacheKit.Conversion;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Serialization;

namespace CacheKit.CacheKeys;

/// <summary>
/// Writes what makes a value the value that it is, canonically: type and content. Two values have the same bytes
/// exactly when a script cannot tell them apart, except by asking whether they are one object.
/// </summary>
/// <remarks>
/// It is a prefix code, so that no value begins with all of another. A value is null, a scalar of the native format, or
/// a label that says what kind it is, and then the parts that every value of this kind has, or their number before
/// them. What was added to a value is told before the value itself.
/// </remarks>
internal sealed class ValueIdentity
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

    /// <summary>
    /// What is being written and may lead back to itself: script blocks, and objects from another session, where a
    /// drive has its provider and that its drives.
    /// </summary>
    private List<object>? _around;
    private List<string>? _names;
    private NameUses _uses;
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

    /// <summary>What the blocks that were written use names for that are not written out.</summary>
    public NameUses Uses
    {
        get => _outermost._uses;
        set => _outermost._uses = value;
    }

    /// <summary>The texts among what was written that may name a variable, or a command that reads one.</summary>
    public IReadOnlyList<string> Names => _outermost._names ?? (IReadOnlyList<string>)[];

    /// <summary>Writes the identity of a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Null, or the type that has no value identity.</returns>
    public Type? TryWrite(object? value)
    {
        try
        {
            return TryWrite(value, 0);
        }
        catch (ValueTooLargeException)
        {
            IsTooLarge = true;
        }
        catch (Exception exception) when (
            exception is not (PipelineStoppedException or CacheKitException or OutOfMemoryException))
        {
            // A value that cannot be read to its end, or that changes on the way, is not one that anything can tell.
        }

        return (value is PSObject wrapped ? wrapped.BaseObject : value)!.GetType();
    }

    /// <summary>Writes a text that says what follows.</summary>
    /// <param name="label">The text.</param>
    public void WriteLabel(string label)
    {
        _buffer.Write(NeverUsedByMessagePack);
        _writer.WriteName(label);
    }

    /// <summary>Writes a part that is a text.</summary>
    /// <param name="text">The text, or null.</param>
    internal void WriteText(string? text)
    {
        if (text is null)
        {
            _writer.WriteNull();
        }
        else
        {
            NoteName(text);
            _writer.WriteName(text);
        }
    }

    private void NoteName(string text)
    {
        if (NamedPath.MayBe(text) || CommandNames.MayReadByName(text))
        {
            (_outermost._names ??= []).Add(text);
        }
    }

    /// <summary>Writes how many parts follow, or another number from 0 upwards.</summary>
    /// <param name="count">The number.</param>
    internal void WriteCount(int count) => _writer.BeginOutput(count);

    /// <summary>Writes a part that is a number.</summary>
    /// <param name="number">The number.</param>
    internal void WriteNumber(long number) => _writer.TryWriteScalar(number);

    /// <summary>Writes a value that lies in another one.</summary>
    /// <param name="value">The value.</param>
    /// <param name="depth">How deep it lies.</param>
    /// <returns>Null, or the type that has no value identity.</returns>
    internal Type? TryWrite(object? value, int depth)
    {
        if (value is null)
        {
            _writer.WriteNull();
            return null;
        }

        object bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (depth > DeepestValue || !HasRoomFor(bare))
        {
            _outermost.IsTooLarge = true;
            return bare.GetType();
        }

        if (bare is string name)
        {
            NoteName(name);
        }

        // The engine remembers nothing for a text without its wrapper.
        if (value is string text)
        {
            _writer.WriteName(text);
            return null;
        }

        if (ReferenceEquals(value, AutomationNull.Value))
        {
            WriteLabel("nothing");
            return null;
        }

        AddedParts added = AddedParts.Of(value);
        if (bare is PSCustomObject && value is PSObject)
        {
            return TryWriteBag(value, added, depth);
        }

        if (added.HasAny)
        {
            WriteLabel("added");
            if (TryWriteAdded(added, bare.GetType(), depth) is { } type)
            {
                return type;
            }
        }

        return TryWriteBare(bare, depth);
    }

    private Type? TryWriteBag(object bag, in AddedParts added, int depth)
    {
        if (!added.IsFromAnotherSession)
        {
            WriteLabel("bag");
            return TryWriteAdded(added, typeof(PSCustomObject), depth);
        }

        if (IsWrittenAround(bag))
        {
            return null;
        }

        WriteLabel("bag");
        List<object> around = _outermost._around ??= [];
        around.Add(bag);
        Type? type = TryWriteAdded(added, typeof(PSCustomObject), depth);
        around.RemoveAt(around.Count - 1);
        return type;
    }

    /// <summary>Writes where an object stands that is being written already.</summary>
    private bool IsWrittenAround(object value)
    {
        int index = _outermost._around?.FindIndex(one => ReferenceEquals(one, value)) ?? -1;
        if (index >= 0)
        {
            WriteLabel("around");
            WriteCount(index);
        }

        return index >= 0;
    }

    private Type? TryWriteAdded(in AddedParts added, Type owner, int depth)
    {
        if (added.TypeNames is null)
        {
            _writer.WriteNull();
        }
        else
        {
            WriteCount(added.TypeNames.Count);
            foreach (string name in added.TypeNames)
            {
                WriteText(name);
            }
        }

        WriteText(added.Text);
        return TryWriteMembers(added.Members, owner, depth);
    }

    private Type? TryWriteMembers(PSMemberInfo[] members, Type owner, int depth)
    {
        WriteCount(members.Length);
        foreach (PSMemberInfo member in members)
        {
            if (TryWriteMember(member, owner, depth + 1) is { } type)
            {
                return type;
            }
        }

        return null;
    }

    private Type? TryWriteMember(PSMemberInfo member, Type owner, int depth)
    {
        if (depth > DeepestValue)
        {
            _outermost.IsTooLarge = true;
            return owner;
        }

        // A class of a script may answer otherwise each time.
        if (member.GetType().Assembly != typeof(PSObject).Assembly)
        {
            return owner;
        }

        switch (member)
        {
            // Most members are notes: one begins with its name, all others with a label.
            case PSNoteProperty note:
                WriteText(note.Name);
                return TryWrite(note.Value, depth);
            case PSAliasProperty alias:
                // What it stands for is a member that counts already.
                string? conversion = alias.ConversionType is null ? null : TypeIdentity.Of(alias.ConversionType);
                WriteLabel("alias");
                WriteText(alias.Name);
                WriteText(alias.ReferencedMemberName);
                WriteText(conversion);
                return conversion is null ? alias.ConversionType : null;
            case PSPropertySet set:
                WriteLabel("property set");
                WriteText(set.Name);
                WriteCount(set.ReferencedPropertyNames.Count);
                foreach (string name in set.ReferencedPropertyNames)
                {
                    WriteText(name);
                }

                return null;
            case PSMemberSet set:
                WriteLabel(set.InheritMembers ? "member set" : "member set of its own");
                WriteText(set.Name);
                return TryWriteMembers([.. set.Members], owner, depth);
            // Of an object from another session.
            case PSProperty property:
                WriteLabel("property");
                WriteText(property.Name);
                return TryWrite(property.Value, depth);
            // Only the engine adds these, so that such an object prints its text.
            case PSMethod method:
                WriteLabel("method");
                WriteText(method.Name);
                return null;
            // What a script or a method computes may be anything.
            default:
                return owner;
        }
    }

    private Type? TryWriteBare(object value, int depth)
    {
        switch (value)
        {
            // The same clock time is another instant in another zone.
            case DateTime { Kind: DateTimeKind.Local } time:
                WriteLabel("local");
                WriteNumber(time.ToUniversalTime().Ticks);
                break;
            case SecureString secret:
                HoldsSecret = true;
                WriteLabel(secret.IsReadOnly() ? "secret" : "open secret");
                break;
            case PSCredential credential:
                HoldsSecret = true;
                WriteLabel("credential");
                WriteText(credential.UserName);
                return TryWrite(credential.Password, depth + 1);
            // What the script gave is no more than half of it: how it was read decides what its parts are.
            case Uri uri:
                if (value.GetType() != typeof(Uri))
                {
                    return value.GetType();
                }

                WriteLabel("uri");
                WriteText(uri.OriginalString);
                WriteText(uri.IsAbsoluteUri ? uri.AbsoluteUri : null);
                WriteCount(uri.UserEscaped ? 1 : 0);
                return null;
            case XmlNode node:
                return XmlIdentity.TryWrite(this, node);
            case IPAddress when value.GetType().Assembly != typeof(IPAddress).Assembly:
                return value.GetType();
        }

        return _writer.TryWriteScalar(value) ? null : TryWriteComposite(value, depth);
    }

    private Type? TryWriteComposite(object value, int depth)
    {
        Type type = value.GetType();
        switch (value)
        {
            case Array array:
                return TryWriteArray(array, type, depth);
            case Hashtable table when type == typeof(Hashtable):
                WriteLabel("table");
                return Comparers.TryWrite(this, KeyComparison.ComparerOf(table)) ?? TryWriteSorted(Pairs(table), depth);
            case OrderedDictionary ordered when type == typeof(OrderedDictionary):
                WriteLabel(ordered.IsReadOnly ? "ordered, read-only" : "ordered");
                return Comparers.TryWrite(this, KeyComparison.ComparerOf(ordered))
                    ?? TryWritePairs(ordered, ordered.Count, depth);
            case Enum constant:
                return TryWriteText("enum", type, constant.ToString("D"), constant.ToString("G"));
            case SwitchParameter flag:
                WriteLabel(flag.IsPresent ? "switch on" : "switch off");
                return null;
        }

        switch (value)
        {
            case DictionaryEntry pair:
                WriteLabel("pair");
                return TryWrite(pair.Key, depth + 1) ?? TryWrite(pair.Value, depth + 1);
            case ITuple tuple when TypeIdentity.IsOfThePlatform(type.Assembly) && TypeIdentity.Of(type) is { } name:
                WriteLabel("tuple");
                WriteText(name);
                return TryWriteItems(Enumerable.Range(0, tuple.Length).Select(i => tuple[i]), tuple.Length, depth);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
            && TypeIdentity.Of(type) is { } pairName)
        {
            WriteLabel("key and value");
            WriteText(pairName);
            return TryWrite(type.GetProperty("Key")!.GetValue(value), depth + 1)
                ?? TryWrite(type.GetProperty("Value")!.GetValue(value), depth + 1);
        }

        return value is IEnumerable items && CollectionShape.Of(type) is { } shape
            ? TryWriteCollection(items, shape, depth)
            : TryWriteObject(value, type, depth);
    }

    private Type? TryWriteArray(Array array, Type type, int depth)
    {
        if (TypeIdentity.Of(type) is not { } name)
        {
            return type;
        }

        WriteLabel("array");
        WriteText(name);
        // An array of one dimension that begins at 0 has none of this, which its type says.
        if (!type.IsSZArray)
        {
            for (int i = 0; i < array.Rank; i++)
            {
                WriteNumber(array.GetLowerBound(i));
                WriteNumber(array.GetLength(i));
            }
        }

        return TryWriteItems(array, array.Length, depth);
    }

    private Type? TryWriteCollection(IEnumerable value, CollectionShape shape, int depth)
    {
        if (shape.TypeName is not { } name)
        {
            return value.GetType();
        }

        WriteLabel("collection");
        WriteText(name);
        // What it stands on may be fixed, or safe for several threads.
        if (value is IList list)
        {
            WriteCount((list.IsFixedSize ? 1 : 0) | (list.IsReadOnly ? 2 : 0) | (list.IsSynchronized ? 4 : 0));
        }

        foreach (string source in shape.Sources)
        {
            object? part = CollectionShape.Read(value, source);
            if ((shape.Form == CollectionForm.View || part is bool
                ? TryWrite(part, depth + 1)
                : Comparers.TryWrite(this, part)) is { } type)
            {
                return type;
            }
        }

        switch (shape.Form)
        {
            case CollectionForm.Items or CollectionForm.GrowingItems:
                ICollection items = shape.ItemsOf(value);
                return TryWriteItems(items, items.Count, depth);
            case CollectionForm.UnorderedItems:
                return TryWriteSorted(value.Cast<object?>().Select(static item => (item, (object?)null)), depth);
            case CollectionForm.Pairs:
                return TryWritePairs((IDictionary)value, ((IDictionary)value).Count, depth);
            case CollectionForm.UnorderedPairs:
                return TryWriteSorted(Pairs(value), depth);
            case CollectionForm.NamedValues:
                return TryWriteNamedValues((NameValueCollection)value, depth);
            default:
                return null;
        }
    }

    private Type? TryWriteItems(IEnumerable items, int count, int depth)
    {
        WriteCount(count);
        int written = 0;
        foreach (object? item in items)
        {
            written++;
            if (TryWrite(item, depth + 1) is { } type)
            {
                return type;
            }
        }

        return written == count ? null : items.GetType();
    }

    private Type? TryWritePairs(IDictionary dictionary, int count, int depth)
    {
        WriteCount(count);
        int written = 0;
        foreach ((object? key, object? value) in Pairs(dictionary))
        {
            written++;
            if ((TryWrite(key, depth + 1) ?? TryWrite(value, depth + 1)) is { } type)
            {
                return type;
            }
        }

        return written == count ? null : dictionary.GetType();
    }

    private Type? TryWriteNamedValues(NameValueCollection names, int depth)
    {
        WriteCount(names.Count);
        for (int i = 0; i < names.Count; i++)
        {
            WriteText(names.GetKey(i));
            if (TryWrite(names.GetValues(i), depth + 1) is { } type)
            {
                return type;
            }
        }

        return null;
    }

    private static IEnumerable<(object? Key, object? Value)> Pairs(IEnumerable dictionary)
    {
        // A generic dictionary enumerates pairs of its own type, except to those who ask for any dictionary.
        IEnumerator pairs = dictionary is IDictionary any ? any.GetEnumerator() : dictionary.GetEnumerator();
        while (pairs.MoveNext())
        {
            DictionaryEntry pair = (DictionaryEntry)pairs.Current;
            yield return (pair.Key, pair.Value);
        }
    }

    /// <summary>Writes pairs sorted by their bytes, as their order depends on the process.</summary>
    private Type? TryWriteSorted(IEnumerable<(object? Key, object? Value)> pairs, int depth)
    {
        using SensitiveBuffer bytes = SensitiveBuffer.Rent();
        ValueIdentity identity = new(bytes, this);
        List<(int Start, int End)> places = [];
        foreach ((object? key, object? value) in pairs)
        {
            int start = bytes.Length;
            Type? type = identity.TryWrite(key, depth + 1) ?? identity.TryWrite(value, depth + 1);
            HoldsSecret = HoldsSecret || identity.HoldsSecret;
            if (type is not null)
            {
                return type;
            }

            places.Add((start, bytes.Length));
        }

        ReadOnlyMemory<byte> all = bytes.WrittenMemory;
        places.Sort((x, y) => all.Span[x.Start..x.End].SequenceCompareTo(all.Span[y.Start..y.End]));
        WriteCount(places.Count);
        foreach ((int start, int end) in places)
        {
            _buffer.Write(all.Span[start..end]);
        }

        return null;
    }

    private Type? TryWriteObject(object value, Type type, int depth)
    {
        switch (value)
        {
            case FileInfo or DirectoryInfo when TypeIdentity.IsOfThePlatform(type.Assembly):
                return WriteFile((FileSystemInfo)value, type);
            case PathInfo path when type == typeof(PathInfo):
                WriteTexts("path", path.Path, path.ProviderPath, path.Drive?.Name);
                return TryWrite(path.Provider, depth + 1);
            case PSDriveInfo drive when type == typeof(PSDriveInfo):
                WriteTexts("drive", drive.Name, drive.Root, drive.Description, drive.DisplayRoot);
                // Most drives have an empty one, which is no secret.
                bool hasCredential = !string.IsNullOrEmpty(drive.Credential?.UserName);
                return TryWrite(hasCredential ? drive.Credential : null, depth + 1)
                    ?? TryWrite(drive.Provider, depth + 1);
            case ProviderInfo provider when type == typeof(ProviderInfo):
                WriteTexts("provider", provider.Name, provider.ModuleName, provider.Home);
                return null;
            case CultureInfo or NumberFormatInfo or DateTimeFormatInfo:
                return CultureIdentity.TryWrite(this, value, depth);
            case Regex pattern when type == typeof(Regex):
                WriteTexts("regex", pattern.ToString());
                WriteNumber((int)pattern.Options);
                WriteNumber(pattern.MatchTimeout.Ticks);
                return null;
            case TimeZoneInfo zone:
                WriteTexts("zone", zone.ToSerializedString());
                return null;
            case Type reference when TypeIdentity.IsOfThePlatform(type.Assembly):
                return TypeIdentity.Of(reference) is null ? type : TryWriteText("type", reference);
            case Encoding encoding when type.Namespace == "System.Text" && TypeIdentity.IsOfThePlatform(type.Assembly):
                return TryWriteEncoding(encoding, type);
            case X509Certificate2 certificate when type == typeof(X509Certificate2):
                WriteLabel(certificate.HasPrivateKey ? "certificate with key" : "certificate");
                _writer.TryWriteScalar(certificate.RawData);
                return null;
            case ScriptBlock block:
                return TryWriteBlock(block, depth);
            default:
                return TryWriteEngineObject(value, type, depth);
        }
    }

    /// <summary>Values of the engine's own types that the reference assembly does not know.</summary>
    private Type? TryWriteEngineObject(object value, Type type, int depth)
    {
        switch (type.Assembly == typeof(PSObject).Assembly ? type.FullName : null)
        {
            case "System.Management.Automation.SemanticVersion":
                WriteTexts("semver", value.ToString());
                return null;
            // Added to every file on Unix. Reading a file changes its times, which do not make another file of it.
            case "System.Management.Automation.Platform+Unix+CommonStat":
                WriteLabel("stat");
                PSMemberInfoCollection<PSPropertyInfo> stat = PSObject.AsPSObject(value).Properties;
                return TryWrite(stat["Mode"]?.Value, depth + 1)
                    ?? TryWrite(stat["UserId"]?.Value, depth + 1)
                    ?? TryWrite(stat["GroupId"]?.Value, depth + 1)
                    ?? TryWrite(stat["Inode"]?.Value, depth + 1)
                    ?? TryWrite(stat["DeviceId"]?.Value, depth + 1)
                    ?? TryWrite(stat["HardlinkCount"]?.Value, depth + 1)
                    ?? TryWrite(stat["Size"]?.Value, depth + 1)
                    ?? TryWrite(stat["ModifiedTime"]?.Value, depth + 1);
            default:
                return type;
        }
    }

    /// <summary>
    /// A file counts with what the object says of it, which may be old, and with what is there now, which a block that
    /// opens it will see.
    /// </summary>
    private Type? WriteFile(FileSystemInfo file, Type type)
    {
        WriteTexts("file", type.FullName, file.FullName, file.ToString());
        WriteStateOf(file);
        WriteStateOf(file is FileInfo ? new FileInfo(file.FullName) : new DirectoryInfo(file.FullName));
        return null;
    }

    /// <summary>The time of the last access is not among it: who looks at a file changes it.</summary>
    private void WriteStateOf(FileSystemInfo file)
    {
        WriteText(file.LinkTarget);
        if (!file.Exists)
        {
            _writer.WriteNull();
            return;
        }

        WriteNumber(file is FileInfo { Length: long length } ? length : 0);
        WriteNumber(file.LastWriteTimeUtc.Ticks);
        WriteNumber(file.CreationTimeUtc.Ticks);
        WriteNumber((int)file.Attributes);
        WriteNumber(OperatingSystem.IsWindows() ? 0 : (int)file.UnixFileMode);
    }

    private Type? TryWriteEncoding(Encoding encoding, Type type)
    {
        if (!IsOfTheSystem(encoding.EncoderFallback) || !IsOfTheSystem(encoding.DecoderFallback))
        {
            return type;
        }

        WriteTexts(
            encoding.IsReadOnly ? "encoding" : "open encoding",
            type.FullName,
            encoding.WebName,
            Convert.ToHexString(encoding.Preamble),
            encoding.EncoderFallback.GetType().FullName,
            (encoding.EncoderFallback as EncoderReplacementFallback)?.DefaultString,
            encoding.DecoderFallback.GetType().FullName,
            (encoding.DecoderFallback as DecoderReplacementFallback)?.DefaultString);
        // UTF-7 may write these as they are, and nothing else tells whether it does.
        _writer.TryWriteScalar(encoding.GetBytes("!\"#"));
        return null;

        static bool IsOfTheSystem(object fallback) => TypeIdentity.IsOfThePlatform(fallback.GetType().Assembly);
    }

    /// <summary>A script block is its code, and the values of the variables that it reads where it was made.</summary>
    private Type? TryWriteBlock(ScriptBlock block, int depth)
    {
        if (_cmdlet is null)
        {
            return block.GetType();
        }

        if (IsWrittenAround(block))
        {
            return null;
        }

        List<object> around = _outermost._around ??= [];
        around.Add(block);
        new DependencyWriter(_buffer, this, _cmdlet, null, depth + 1)
            .Write(EntryIdentity.Analyse(block), block, hasInput: false);
        // It stays: blocks that name each other are written once each.
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

    private Type? TryWriteText(string kind, Type type, params ReadOnlySpan<string?> parts)
    {
        if (TypeIdentity.Of(type) is not { } name)
        {
            return type;
        }

        WriteTexts(kind, name);
        foreach (string? part in parts)
        {
            WriteText(part);
        }

        return null;
    }

    private void WriteTexts(string kind, params ReadOnlySpan<string?> parts)
    {
        WriteLabel(kind);
        foreach (string? part in parts)
        {
            WriteText(part);
        }
    }
}
