using System.Management.Automation.Language;
using System.Security.Cryptography;

namespace CacheKit.CacheKeys;

/// <summary>What is known of a block, or of a script file, before it runs; computed once a syntax tree.</summary>
internal sealed class BlockAnalysis
{
    private readonly Refusal? _refusal;

    // Types that nothing loaded defines so far. What a script defines later under such a name is refused then.
    private readonly TypeUse[] _unknownTypes;
    private int _assemblies;

    /// <summary>Analyses a block.</summary>
    /// <param name="tree">Its syntax tree: a script, or a function.</param>
    /// <param name="content">What stands for a tree that is not whole, or null.</param>
    public BlockAnalysis(Ast tree, byte[]? content = null)
    {
        _assemblies = AppDomain.CurrentDomain.GetAssemblies().Length;
        List<byte[]> identities = [];
        List<Dependencies> parts = [];
        TypeReader types = new(tree);
        try
        {
            identities.Add(content ?? BlockIdentity.Compute(tree));
            parts.Add(DependencyFinder.Find(tree));
            // What the file around it says decides what a type's name in it means.
            identities.AddRange(types.Root.UsingStatements.Select(BlockIdentity.Compute));
            for (int i = 0; i < parts.Count; i++)
            {
                types.Read(parts[i].Types, identities, parts);
            }
        }
        catch (InsufficientExecutionStackException)
        {
            _refusal = new Refusal("nests too deeply to be read", tree.Extent);
        }

        _refusal ??= types.Root.UsingStatements
            .Where(each => each.UsingStatementKind == UsingStatementKind.Module && ReferenceEquals(types.Root, tree))
            .Select(static each => new Refusal("loads a module as it is parsed", each.Extent)).FirstOrDefault();
        _refusal ??= parts.Select(static part => part.Refusal).FirstOrDefault(static refusal => refusal is not null)
            ?? types.Refusal;
        _unknownTypes = [.. types.Unknown];
        Start = ValueIdentity.Encode(buffer =>
        {
            new ValueIdentity(buffer).WriteLabel("block");
            buffer.Write(BitConverter.GetBytes(identities.Count));
            identities.ForEach(each => buffer.Write(each));
        });
        FreeVariables =
        [
            .. parts.SelectMany(static part => part.Variables).DistinctBy(static variable =>
                    (new VariableName(variable.Kind, variable.Name), string.Join('\n', variable.UnlessNative)))
                .Select(static variable =>
                    (variable, ValueIdentity.Encode(buffer => new ValueIdentity(buffer).WriteLabel(variable.Display)))),
        ];
        AttemptedNames =
            [.. parts.SelectMany(static part => part.Attempted).Distinct(StringComparer.OrdinalIgnoreCase)];
        Scripts = [.. parts.SelectMany(static part => part.Scripts)];
        Commands = [.. parts.SelectMany(static part => part.Commands).Distinct(StringComparer.OrdinalIgnoreCase)];
        Paths = [.. parts.SelectMany(static part => part.Paths)];
        TypeNames = [.. parts.SelectMany(static part => part.TypeNames)];
        Removes = parts.Exists(static part => part.Removes);
        Uses = parts.Aggregate(NameUses.None, static (all, part) => all | part.Uses);
        Silences = parts.Exists(static part => part.Silences);
    }

    /// <summary>The names of variables that the block assigns, if nothing fails, before it reads them.</summary>
    public string[] AttemptedNames { get; }

    /// <summary>What the identity of its result begins with: a label and hashes of the block's code.</summary>
    public byte[] Start { get; }

    /// <summary>The variables whose values are part of its key, each with its label.</summary>
    public (FreeVariable Variable, byte[] Label)[] FreeVariables { get; }

    /// <summary>The script files that it runs.</summary>
    public ScriptReference[] Scripts { get; }

    /// <summary>The commands that it calls, as they are written.</summary>
    public string[] Commands { get; }

    /// <summary>The paths of items that it reads, as far as they are known before.</summary>
    public KnownValue[] Paths { get; }

    /// <summary>The names of types that it uses, as far as they are known before.</summary>
    public KnownValue[] TypeNames { get; }

    /// <summary>Whether it may remove variables.</summary>
    public bool Removes { get; }

    /// <summary>What it uses names for that are not written out.</summary>
    public NameUses Uses { get; }

    /// <summary>Whether it may run a block of its own with failures silenced.</summary>
    public bool Silences { get; }

    /// <summary>Says so if no key can be derived from the block, whatever the values are.</summary>
    /// <exception cref="Core.Diagnostics.CacheKitException">No key can be derived.</exception>
    public void Check()
    {
        if (_refusal is not null)
        {
            throw _refusal.ToException();
        }

        if (_unknownTypes.Length == 0)
        {
            return;
        }

        // Resolving a name that is not known asks every assembly: only when there is another one.
        int assemblies = AppDomain.CurrentDomain.GetAssemblies().Length;
        if (assemblies != _assemblies)
        {
            foreach (TypeUse use in _unknownTypes)
            {
                if (TypeReader.IsOfScript(use.Name.GetReflectionType()))
                {
                    throw TypeReader.Refuse(use).ToException();
                }
            }

            _assemblies = assemblies;
        }
    }
}

/// <summary>
/// Reads the types that a block names. A class that a script defines is code as the block is, with a state of its own;
/// every other type counts by its name.
/// </summary>
/// <param name="tree">The block's tree.</param>
internal sealed class TypeReader(Ast tree)
{
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The script that the block is written in.</summary>
    public ScriptBlockAst Root { get; } = RootOf(tree);

    /// <summary>Types that nothing loaded defines.</summary>
    public List<TypeUse> Unknown { get; } = [];

    /// <summary>Why no key can be derived, or null.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>Reads some.</summary>
    /// <param name="uses">The types.</param>
    /// <param name="identities">Takes the definitions of those that count by them.</param>
    /// <param name="parts">Takes what those depend on.</param>
    public void Read(TypeUse[] uses, List<byte[]> identities, List<Dependencies> parts)
    {
        foreach (TypeUse use in uses)
        {
            foreach (ITypeName name in PartsOf(use.Name))
            {
                Read(use with { Name = name }, identities, parts);
            }
        }
    }

    /// <summary>Whether a type is a class or an enum that a script defines.</summary>
    /// <param name="type">The type, or null.</param>
    public static bool IsOfScript(Type? type) => type?.Assembly.IsDynamic == true;

    /// <summary>Says that a class is not covered.</summary>
    /// <param name="use">Its use.</param>
    public static Refusal Refuse(TypeUse use) => new(
        use.IsStatic
            ? $"uses {use.Name.Name}, a class that a script defines, other than to make an object"
            : $"uses {use.Name.Name}, a class that another script defines",
        use.Place);

    private void Read(TypeUse use, List<byte[]> identities, List<Dependencies> parts)
    {
        Type? type = use.Name.GetReflectionType();
        if (type is not null && !IsOfScript(type))
        {
            return;
        }

        TypeDefinitionAst? definition = FindDefinition(use.Name.Name);
        if (definition is null && type is null)
        {
            Unknown.Add(use);
        }
        else if (definition is null && type!.IsEnum)
        {
            string[] constants =
                [.. Enum.GetNames(type).Select(name => $"{name}={Enum.Format(type, Enum.Parse(type, name), "D")}")];
            byte[] written = ValueIdentity.Encode(buffer => new ValueIdentity(buffer).TryWrite(constants));
            identities.Add(SHA256.HashData(written));
        }
        else if (definition is null || (!definition.IsEnum && (use.IsState || (use.IsStatic && !IsInside(definition)))))
        {
            Refusal ??= Refuse(use);
        }
        else if (!IsInside(definition) && _read.Add(definition.Name))
        {
            identities.Add(BlockIdentity.Compute(definition));
            parts.Add(DependencyFinder.Find(definition));
        }
    }

    private TypeDefinitionAst? FindDefinition(string name) => (TypeDefinitionAst?)Root.Find(
        node => node is TypeDefinitionAst each && each.Name.Equals(name, StringComparison.OrdinalIgnoreCase),
        searchNestedScriptBlocks: true);

    /// <summary>A block that defines a class holds its code already.</summary>
    private bool IsInside(TypeDefinitionAst definition)
    {
        for (Ast? node = definition; node is not null; node = node.Parent)
        {
            if (node == tree)
            {
                return true;
            }
        }

        return false;
    }

    private static ScriptBlockAst RootOf(Ast tree)
    {
        Ast root = tree;
        while (root.Parent is { } parent)
        {
            root = parent;
        }

        return (ScriptBlockAst)root;
    }

    private static IEnumerable<ITypeName> PartsOf(ITypeName name) => name switch
    {
        GenericTypeName generic => generic.GenericArguments.SelectMany(PartsOf),
        ArrayTypeName array => PartsOf(array.ElementType),
        _ => [name],
    };
}
