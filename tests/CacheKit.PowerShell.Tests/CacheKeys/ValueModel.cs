using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text;

namespace CacheKit.PowerShell.Tests.CacheKeys;

/// <summary>What a generated value is made of.</summary>
internal enum ModelKind
{
    Scalar,
    Bag,
    Array,
    ArrayList,
    List,
    Queue,
    Hashtable,
    Ordered,
    Dictionary,
    SortedList,
    HashSet,
    SortedSet,
    NameValues,
}

/// <summary>
/// A plan of a value: builds it, and says at the same time what a script sees of it. Two values with one account are
/// the same to a script; the account knows nothing of the product.
/// </summary>
internal sealed class ValueModel
{
    private static readonly Func<object, object> s_clone =
        typeof(object).GetMethod(nameof(MemberwiseClone), BindingFlags.Instance | BindingFlags.NonPublic)!
            .CreateDelegate<Func<object, object>>();

    public ModelKind Kind { get; set; }

    /// <summary>The value of a scalar.</summary>
    public object? Scalar { get; set; }

    /// <summary>Whether the comparer of a dictionary or a set ignores case.</summary>
    public bool IgnoresCase { get; set; }

    /// <summary>Type names that a script put before those of the type.</summary>
    public List<string> TypeNames { get; private init; } = [];

    /// <summary>Notes of Add-Member, or the properties of a bag.</summary>
    public List<(string Name, ValueModel Value)> Notes { get; private init; } = [];

    /// <summary>Items; those of a dictionary have keys.</summary>
    public List<(string Key, ValueModel Value)> Items { get; private init; } = [];

    public bool IsSequence => Kind is ModelKind.Array or ModelKind.ArrayList or ModelKind.List or ModelKind.Queue;

    public bool IsTable =>
        Kind is ModelKind.Hashtable or ModelKind.Ordered or ModelKind.Dictionary or ModelKind.SortedList;

    public ValueModel Copy() => new()
    {
        Kind = Kind,
        Scalar = Scalar is string text ? new string(text.AsSpan()) : Scalar,
        IgnoresCase = IgnoresCase,
        TypeNames = [.. TypeNames],
        Notes = [.. Notes.Select(static note => (note.Name, note.Value.Copy()))],
        Items = [.. Items.Select(static item => (item.Key, item.Value.Copy()))],
    };

    /// <summary>This model and all in it.</summary>
    public IEnumerable<ValueModel> All() =>
        Notes.Concat(Items).SelectMany(static part => part.Item2.All()).Prepend(this);

    /// <summary>Makes the value.</summary>
    /// <param name="account">Takes what a script sees of it.</param>
    public object? Build(StringBuilder account)
    {
        List<(string Name, ValueModel Value)> notes = [.. Notes.DistinctBy(
            static note => note.Name,
            StringComparer.OrdinalIgnoreCase)];
        StringBuilder bareAccount = new();
        object? bare = BuildBare(bareAccount);
        if (Kind != ModelKind.Bag && (bare is null || (notes.Count == 0 && TypeNames.Count == 0)))
        {
            account.Append(bareAccount);
            return bare;
        }

        PSObject wrapped = Kind == ModelKind.Bag ? new PSObject() : new PSObject(bare!);
        for (int i = 0; i < TypeNames.Count; i++)
        {
            wrapped.TypeNames.Insert(i, TypeNames[i]);
        }

        account.Append('<');
        Append(account, TypeNames);
        foreach ((string name, ValueModel value) in notes)
        {
            Quote(account, name);
            wrapped.Properties.Add(new PSNoteProperty(name, value.Build(account)));
        }

        account.Append('>').Append(bareAccount);
        return wrapped;
    }

    private object? BuildBare(StringBuilder account)
    {
        account.Append(Kind);
        if (Kind == ModelKind.Bag)
        {
            return null;
        }

        if (Kind == ModelKind.Scalar)
        {
            account.Append(Scalar?.GetType().Name);
            Quote(account, Convert.ToString(Scalar, CultureInfo.InvariantCulture) ?? string.Empty);
            // The engine remembers what a script adds to a number by the object that holds it: each gets its own.
            return Scalar is ValueType number ? s_clone(number) : Scalar;
        }

        if (IsSequence)
        {
            account.Append('[');
            // Not the empty array that .NET shares, for which the engine would remember what was added to it before.
            object?[] items = new object?[Items.Count];
            for (int i = 0; i < items.Length; i++)
            {
                items[i] = Items[i].Value.Build(account);
            }

            account.Append(']');
            return Kind switch
            {
                ModelKind.Array => items,
                ModelKind.ArrayList => new ArrayList(items),
                ModelKind.List => new List<object?>(items),
                _ => new Queue(items),
            };
        }

        account.Append(IgnoresCase ? "~" : "=");
        return IsTable ? BuildTable(account) : BuildSet(account);
    }

    private IDictionary BuildTable(StringBuilder account)
    {
        StringComparer comparer = IgnoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        IDictionary table = Kind switch
        {
            ModelKind.Hashtable => new Hashtable(comparer),
            ModelKind.Ordered => new OrderedDictionary(comparer),
            ModelKind.Dictionary => new Dictionary<string, object?>(comparer),
            _ => new SortedList(comparer),
        };
        List<(string Key, string Account)> pairs = [];
        foreach ((string key, ValueModel value) in Items)
        {
            if (!pairs.Exists(pair => comparer.Equals(pair.Key, key)))
            {
                StringBuilder part = new();
                table.Add(key, value.Build(part));
                pairs.Add((key, part.ToString()));
            }
        }

        if (Kind is ModelKind.Hashtable or ModelKind.SortedList)
        {
            pairs.Sort(static (x, y) => string.CompareOrdinal(x.Key, y.Key));
        }

        account.Append('{');
        foreach ((string key, string part) in pairs)
        {
            Quote(account, key);
            account.Append(part);
        }

        account.Append('}');
        return table;
    }

    private object BuildSet(StringBuilder account)
    {
        StringComparer comparer = IgnoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        List<string> texts = [.. Items.Select(static item => item.Value.Scalar as string ?? item.Key)];
        if (Kind == ModelKind.NameValues)
        {
            NameValueCollection names = new(comparer);
            List<(string Name, List<string> Values)> seen = [];
            for (int i = 0; i < texts.Count; i++)
            {
                string key = Items[i].Key;
                names.Add(key, texts[i]);
                if (seen.Find(one => comparer.Equals(one.Name, key)) is { Name: not null } found)
                {
                    found.Values.Add(texts[i]);
                }
                else
                {
                    seen.Add((key, [texts[i]]));
                }
            }

            foreach ((string name, List<string> values) in seen)
            {
                Quote(account, name);
                Append(account, values);
            }

            return names;
        }

        List<string> kept = [.. texts.Distinct(comparer)];
        if (Kind == ModelKind.SortedSet)
        {
            kept.Sort(comparer);
        }

        Append(account, kept);
        return Kind == ModelKind.SortedSet
            ? new SortedSet<string>(texts, comparer)
            : new HashSet<string>(texts, comparer);
    }

    private static void Append(StringBuilder account, List<string> texts)
    {
        account.Append('(');
        texts.ForEach(text => Quote(account, text));
        account.Append(')');
    }

    private static void Quote(StringBuilder account, string text) => account
        .Append(CultureInfo.InvariantCulture, $"{text.Length}:")
        .Append(text);
}
