using System.Management.Automation;
using System.Management.Automation.Language;
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
    private const string WaysOut =
        "Name the entry with -Key, give the block plain values with -ArgumentList, or say with -VaryBy { ... } what tells "
        + "one input object from another.";

    // A script literal makes a new ScriptBlock at each run, but its tree stays: each block is analysed once.
    private static readonly ConditionalWeakTable<object, BlockAnalysis> s_analyses = [];

    /// <summary>The variables that a block reads without setting them first.</summary>
    /// <param name="block">The block.</param>
    public static BlockAnalysis Analyse(ScriptBlock block) =>
        s_analyses.GetValue(block.Ast, static tree => new BlockAnalysis((Ast)tree));

    /// <summary>Writes what identifies the entry of a call.</summary>
    /// <param name="buffer">Takes it.</param>
    /// <param name="cmdlet">The cmdlet that will run the block.</param>
    /// <param name="basis">What the call gives.</param>
    /// <returns>Whether it includes the content of a secret.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyNotDerivable"/>.</exception>
    public static bool Write(SensitiveBuffer buffer, PSCmdlet cmdlet, in KeyBasis basis)
    {
        ValueIdentity identity = new(buffer);
        if (basis.Name is not null)
        {
            identity.WriteLabel("name");
            identity.WriteLabel(basis.Name);
        }
        else
        {
            WriteBlock(buffer, identity, cmdlet, basis);
        }

        bool isInputReplaced = WriteVaryBy(identity, basis);
        if (basis.HasInput && !isInputReplaced)
        {
            WriteValue(identity, "input", "the input object", basis.Input);
        }

        return identity.HoldsSecret;
    }

    private static void WriteBlock(SensitiveBuffer buffer, ValueIdentity identity, PSCmdlet cmdlet, in KeyBasis basis)
    {
        BlockAnalysis analysis = Analyse(basis.Block);
        buffer.Write(analysis.Start);
        if (analysis.FreeVariables.Length > 0)
        {
            PSVariableIntrinsics? scope = ScopeReader.VariablesOf(cmdlet, basis.Block);
            foreach ((FreeVariable variable, byte[] label) in analysis.FreeVariables)
            {
                // $_ is the input object, which counts by itself.
                if (!(basis.HasInput && variable.IsCurrentItem))
                {
                    buffer.Write(label);
                    WriteVariable(identity, scope, basis.Block, variable);
                }
            }
        }

        for (int i = 0; i < basis.Arguments?.Length; i++)
        {
            WriteValue(identity, "argument", $"argument {i + 1}", basis.Arguments[i]);
        }
    }

    /// <summary>Writes -VaryBy. A script block in it is asked about the input object, and then stands for it.</summary>
    private static bool WriteVaryBy(ValueIdentity identity, in KeyBasis basis)
    {
        bool isInputReplaced = false;
        for (int i = 0; i < basis.VaryBy?.Length; i++)
        {
            object? value = basis.VaryBy[i];
            if ((value is PSObject wrapped ? wrapped.BaseObject : value) is ScriptBlock script)
            {
                value = script.InvokeWithContext(null, [new PSVariable("_", basis.Input)]).ToArray();
                isInputReplaced = basis.HasInput;
            }

            WriteValue(identity, "vary", $"value {i + 1} of -VaryBy", value);
        }

        return isInputReplaced;
    }

    private static void WriteValue(ValueIdentity identity, string label, string what, object? value)
    {
        identity.WriteLabel(label);
        if (identity.TryWrite(value) is { } type)
        {
            throw NotDerivable(what, type);
        }
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
