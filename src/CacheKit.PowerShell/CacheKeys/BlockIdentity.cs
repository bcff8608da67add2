using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace CacheKit.CacheKeys;

/// <summary>
/// The identity of a script: a hash of its syntax tree. Comments and layout are not part of a tree, so reformatting
/// keeps the identity; any other change gives another tree. Two equal trees mean the same to PowerShell.
/// </summary>
internal static class BlockIdentity
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> s_properties = new();

    // Where a node stands, and what the engine derives from the rest of the node, is not part of what it says.
    private static readonly HashSet<string> s_ignored = new(StringComparer.Ordinal)
    {
        nameof(Ast.Extent), nameof(Ast.Parent), nameof(ExpressionAst.StaticType),
        nameof(CommandParameterAst.ErrorPosition), nameof(ScriptBlockAst.ScriptRequirements),
    };

    /// <summary>Computes the identity of a script.</summary>
    /// <param name="script">Its tree.</param>
    /// <returns>32 bytes (SHA-256).</returns>
    public static byte[] Compute(Ast script)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, "block-v2");
        AppendNode(hash, script);
        return hash.GetHashAndReset();
    }

    private static void AppendNode(IncrementalHash hash, Ast node)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Append(hash, node.GetType().Name);
        if (node is ConstantExpressionAst or StringConstantExpressionAst or ExpandableStringExpressionAst)
        {
            // As written: 'a' and "a", 10 and 0xA are different tokens.
            Append(hash, node.Extent.Text);
        }

        if (node is CommandParameterAst { Argument: { } argument })
        {
            // To a native command, -a:b is one argument, and -a: b are two.
            Append(hash, node.Extent.Text[..(argument.Extent.StartOffset - node.Extent.StartOffset)]);
        }

        foreach (PropertyInfo property in s_properties.GetOrAdd(node.GetType(), PropertiesOf))
        {
            AppendValue(hash, property.GetValue(node));
        }
    }

    private static void AppendValue(IncrementalHash hash, object? value)
    {
        switch (value)
        {
            case null:
                Append(hash, 'n');
                break;
            case Ast node:
                Append(hash, 'a');
                AppendNode(hash, node);
                break;
            case ITuple tuple:
                AppendItems(hash, '(', [.. Enumerable.Range(0, tuple.Length).Select(i => tuple[i])]);
                break;
            case IEnumerable items when value is not string:
                AppendItems(hash, '[', [.. items.Cast<object?>()]);
                break;
            default:
                Append(hash, 's');
                Append(hash, TextOf(value));
                break;
        }
    }

    private static string TextOf(object value) => value switch
    {
        string text => text,
        VariablePath path => path.UserPath,
        ITypeName type => type.FullName,
        Token token => token.Text,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? string.Empty,
    };

    private static void AppendItems(IncrementalHash hash, char kind, object?[] items)
    {
        Append(hash, kind);
        Append(hash, items.Length.ToString(CultureInfo.InvariantCulture));
        foreach (object? item in items)
        {
            AppendValue(hash, item);
        }
    }

    /// <summary>Appends what follows: no two kinds of values begin with the same character.</summary>
    private static void Append(IncrementalHash hash, char kind)
    {
        Span<byte> bytes = [(byte)kind];
        hash.AppendData(bytes);
    }

    /// <summary>Appends text with its length before it, so that no two sequences of texts run together.</summary>
    private static void Append(IncrementalHash hash, string text)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        // As it is: an encoding would take every half character for the same.
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(text.AsSpan());
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }

    private static PropertyInfo[] PropertiesOf(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0
                && !s_ignored.Contains(property.Name)
                && !typeof(IScriptExtent).IsAssignableFrom(property.PropertyType)
                && property.PropertyType != typeof(Type))
            .OrderBy(property => property.Name, StringComparer.Ordinal)];
}
