namespace CacheKit.PowerShell.Tests.CacheKeys;

/// <summary>Makes models of values, and partners that differ by where something stands.</summary>
/// <param name="random">The chance.</param>
internal sealed class ModelMutations(Random random)
{
    // Texts that the encoding itself may use are among them, and others that are parts of each other.
    private static readonly string[] s_texts =
        ["", "a", "A", "b", "ab", "n", "note", "bag", "added", "array", "table", "alias", "1", "-", "T.One", "\uD800"];

    private static readonly object?[] s_scalars =
        [null, true, false, 0, 1, 2, 1L, 1.0, 1.0m, 'a', .. s_texts, .. s_texts];

    private static readonly ModelKind[] s_composites =
        [.. Enum.GetValues<ModelKind>().Where(static kind => kind != ModelKind.Scalar)];

    /// <summary>Makes a model.</summary>
    /// <param name="depth">How deep it may be.</param>
    public ValueModel New(int depth)
    {
        ValueModel model = depth == 0 || random.Next(3) == 0
            ? new ValueModel { Kind = ModelKind.Scalar, Scalar = OneOf(s_scalars) }
            : new ValueModel { Kind = OneOf(s_composites), IgnoresCase = random.Next(2) == 0 };
        if (model.Kind is not (ModelKind.Scalar or ModelKind.Bag))
        {
            model.Items.AddRange(Parts(depth - 1, 4));
        }

        if (model.Kind == ModelKind.Bag)
        {
            model.Notes.AddRange(Parts(depth - 1, 4));
        }
        else if (depth > 0 && random.Next(5) == 0)
        {
            model.Notes.AddRange(Parts(depth - 1, 3));
        }

        if (random.Next(6) == 0)
        {
            model.TypeNames.AddRange(Enumerable.Range(0, random.Next(1, 3)).Select(_ => Name()));
        }

        return model;
    }

    /// <summary>A copy in which one thing has moved; or nothing has.</summary>
    /// <param name="model">The model.</param>
    public ValueModel Partner(ValueModel model)
    {
        ValueModel root = new() { Kind = ModelKind.Array };
        root.Items.Add((string.Empty, model.Copy()));
        int turns = random.Next(4) == 0 ? 0 : random.Next(1, 3);
        for (int i = 0; i < turns; i++)
        {
            Change(OneOf([.. root.Items[0].Value.All()]));
        }

        return root.Items[0].Value;
    }

    private void Change(ValueModel node)
    {
        List<(string, ValueModel)> parts = node.Notes.Count > 0 && random.Next(2) == 0 ? node.Notes : node.Items;
        int place = random.Next(Math.Max(parts.Count, 1));
        ValueModel? part = place < parts.Count ? parts[place].Item2 : null;
        switch (random.Next(12))
        {
            case 0 when part is { Items.Count: > 0 }:
                // The last of a part goes up, behind the part.
                parts.Insert(place + 1, Take(part.Items, part.Items.Count - 1));
                break;
            case 1 when part is { Notes.Count: > 0 }:
                parts.Insert(place + 1, Take(part.Notes, part.Notes.Count - 1));
                break;
            case 2 when place + 1 < parts.Count && part is { Kind: not ModelKind.Scalar }:
                // The next of a part goes down, to the end of the part.
                (part.Kind == ModelKind.Bag ? part.Notes : part.Items).Add(Take(parts, place + 1));
                break;
            case 3 when place + 1 < parts.Count:
                part!.Notes.Add(Take(parts, place + 1));
                break;
            case 4 when part is not null:
                // A part gets one more level.
                ValueModel around = new() { Kind = OneOf([ModelKind.Array, ModelKind.Bag, ModelKind.Hashtable]) };
                (around.Kind == ModelKind.Bag ? around.Notes : around.Items).Add((parts[place].Item1, part));
                parts[place] = (parts[place].Item1, around);
                break;
            case 5 when part is { Items.Count: > 0 }:
                // A part loses its own level.
                parts.RemoveAt(place);
                parts.InsertRange(place, part.Items);
                break;
            case 6:
                node.IgnoresCase = !node.IgnoresCase;
                break;
            case 7:
                ChangeTypeNames(node);
                break;
            case 8 when place + 1 < parts.Count:
                if (part is { Scalar: string one } && parts[place + 1].Item2 is { Scalar: string other })
                {
                    // One text of two, or the border between them moves.
                    string both = one + other;
                    int border = random.Next(both.Length + 1);
                    part.Scalar = both[..border];
                    parts[place + 1].Item2.Scalar = both[border..];
                    break;
                }

                (parts[place], parts[place + 1]) = (parts[place + 1], parts[place]);
                break;
            case 9:
                (node.Items.Count > 0 && node.Notes.Count > 0 ? node.Items[^1].Value.Notes : node.Notes)
                    .AddRange(node.Copy().Notes);
                break;
            case 10 when node.Kind == ModelKind.Scalar:
                node.Scalar = OneOf(s_scalars);
                break;
            case 11 when node.Kind is not (ModelKind.Scalar or ModelKind.Bag):
                node.Kind = OneOf([.. s_composites.Where(static kind => kind != ModelKind.Bag)]);
                break;
            default:
                // The order of what is in it.
                node.Items.Reverse();
                break;
        }
    }

    private void ChangeTypeNames(ValueModel node)
    {
        if (node.TypeNames.Count > 0 && random.Next(2) == 0)
        {
            // A name becomes one of a note, so that the same texts come in the same order.
            node.Notes.Insert(0, (node.TypeNames[^1], new ValueModel { Scalar = Name() }));
            node.TypeNames.RemoveAt(node.TypeNames.Count - 1);
        }
        else
        {
            node.TypeNames.Add(node.Notes.Count > 0 ? node.Notes[0].Name : Name());
        }
    }

    private static (string, ValueModel) Take(List<(string, ValueModel)> parts, int place)
    {
        (string, ValueModel) taken = parts[place];
        parts.RemoveAt(place);
        return taken;
    }

    private IEnumerable<(string, ValueModel)> Parts(int depth, int most) =>
        Enumerable.Range(0, random.Next(most)).Select(_ => (Name(), New(depth)));

    /// <summary>A name of a member, which the engine wants not to be empty.</summary>
    private string Name() => OneOf(s_texts[1..^1]);

    private T OneOf<T>(T[] all) => all[random.Next(all.Length)];
}
