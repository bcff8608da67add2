using System.Management.Automation;
using System.Runtime.CompilerServices;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;

namespace CacheKit.Binding;

/// <summary>
/// Writes what identifies the entry of a call: the name that the user gave, or the block with everything that it
/// visibly depends on (DESIGN section 5).
/// </summary>
internal static class EntryIdentity
{
    private const string WaysOut = "Name the entry with -Key, or give the block what it needs with -ArgumentList, as plain values.";

    // A script literal makes a new ScriptBlock at each run, but its tree stays: each block is analysed once.
    private static readonly ConditionalWeakTable<object, BlockAnalysis> s_analyses = [];

    /// <summary>Writes the identity of an entry with a name.</summary>
    /// <param name="buffer">Takes it.</param>
    /// <param name="name">The name.</param>
    public static void WriteName(SensitiveBuffer buffer, string name)
    {
        ValueIdentity identity = new(buffer);
        identity.WriteLabel("name");
        identity.WriteLabel(name);
    }

    /// <summary>Writes the identity of a block's result.</summary>
    /// <param name="buffer">Takes it.</param>
    /// <param name="cmdlet">The cmdlet that will run the block.</param>
    /// <param name="block">The block.</param>
    /// <param name="arguments">The arguments that it will get.</param>
    /// <returns>Whether it includes the content of a secret.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyNotDerivable"/>.</exception>
    public static bool WriteBlock(SensitiveBuffer buffer, PSCmdlet cmdlet, ScriptBlock block, object?[]? arguments)
    {
        BlockAnalysis analysis = s_analyses.GetValue(block.Ast, static tree => new BlockAnalysis((System.Management.Automation.Language.Ast)tree));
        ValueIdentity identity = new(buffer);
        buffer.Write(analysis.Start);
        if (analysis.FreeVariables.Length > 0)
        {
            PSVariableIntrinsics? scope = ScopeReader.VariablesOf(cmdlet, block);
            foreach ((FreeVariable variable, byte[] label) in analysis.FreeVariables)
            {
                buffer.Write(label);
                WriteVariable(identity, scope, block, variable);
            }
        }

        for (int i = 0; i < arguments?.Length; i++)
        {
            identity.WriteLabel("argument");
            if (identity.TryWrite(arguments[i]) is { } type)
            {
                throw NotDerivable($"argument {i + 1}", type);
            }
        }

        return identity.HoldsSecret;
    }

    private static void WriteVariable(
        ValueIdentity identity,
        PSVariableIntrinsics? scope,
        ScriptBlock block,
        FreeVariable variable)
    {
        Type? type = variable.Kind switch
        {
            FreeVariableKind.Variable when scope is not null => identity.TryWrite(scope.GetValue(variable.Name)),
            FreeVariableKind.Environment => identity.TryWrite(Environment.GetEnvironmentVariable(variable.Name)),
            FreeVariableKind.ScriptFile => identity.TryWrite(ScriptFileValue(variable, block)),
            _ => typeof(void),
        };
        if (type is not null)
        {
            throw NotDerivable(variable.Display, type);
        }
    }

    private static string? ScriptFileValue(FreeVariable variable, ScriptBlock block) =>
        variable.Name.Equals("PSCommandPath", StringComparison.OrdinalIgnoreCase)
            ? block.File
            : Path.GetDirectoryName(block.File);

    private static CacheKitException NotDerivable(string what, Type type) => new(
        ErrorIds.KeyNotDerivable,
        type == typeof(void)
            ? $"The block reads {what}, whose value cannot be known before it runs, so that no key can be derived."
            : $"The block depends on {what}, a {type.FullName}, which has no value identity, so that no key can be derived.",
        WaysOut);
}
