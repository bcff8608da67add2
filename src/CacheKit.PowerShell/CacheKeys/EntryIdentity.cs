using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.CompilerServices;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;

namespace CacheKit.CacheKeys;

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
    /// <param name="call">What the call gives.</param>
    /// <param name="input">Its input object.</param>
    /// <param name="trace">Takes what is written as a user may see it, or null.</param>
    /// <returns>Whether it includes the content of a secret.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyNotDerivable"/>.</exception>
    public static bool Write(SensitiveBuffer buffer, CallIdentity call, in CallInput input, KeyTrace? trace)
    {
        ValueIdentity identity = new(buffer, call.Cmdlet);
        if (call.Name is not null)
        {
            WriteName(identity, call.Name);
            trace?.Add(KeyComponentKind.Name, "-Key", call.Name);
        }
        else if (call.Block is not null)
        {
            WriteBlock(buffer, identity, call, call.Block, input, trace);
        }

        bool isInputReplaced = WriteVaryBy(identity, call, input, trace);
        if (input.IsGiven && !isInputReplaced)
        {
            identity.WriteLabel("input");
            Check(identity, identity.TryWrite(input.Value), "the input object");
            trace?.Add(KeyComponentKind.Input, "$_", input.Value);
        }

        return identity.HoldsSecret;
    }

    /// <summary>Writes what identifies an item: the entry of a call that has its name, and nothing else.</summary>
    /// <param name="buffer">Takes it.</param>
    /// <param name="name">The name.</param>
    public static void WriteName(SensitiveBuffer buffer, string name) => WriteName(new ValueIdentity(buffer), name);

    /// <summary>What protected data is bound to, which is never what identifies an entry.</summary>
    /// <param name="key">The key that the user gave, or null.</param>
    /// <returns>The buffer, which the caller disposes of.</returns>
    public static SensitiveBuffer OfProtected(string? key)
    {
        SensitiveBuffer buffer = SensitiveBuffer.Rent();
        ValueIdentity identity = new(buffer);
        identity.WriteLabel("protected");
        if (key is not null)
        {
            identity.WriteLabel(key);
        }

        return buffer;
    }

    private static void WriteName(ValueIdentity identity, string name)
    {
        identity.WriteLabel("name");
        identity.WriteLabel(name);
    }

    private static void WriteBlock(
        SensitiveBuffer buffer,
        ValueIdentity identity,
        CallIdentity call,
        ScriptBlock block,
        in CallInput input,
        KeyTrace? trace)
    {
        BlockAnalysis analysis = Analyse(block);
        buffer.Write(analysis.Start);
        trace?.Add(KeyComponentKind.Block, "-ScriptBlock", block);
        if (analysis.FreeVariables.Length > 0)
        {
            PSVariableIntrinsics? scope = ScopeReader.VariablesOf(call.Cmdlet, block);
            foreach ((FreeVariable variable, byte[] label) in analysis.FreeVariables)
            {
                // $_ is the input object, which counts by itself.
                if (!(input.IsGiven && variable.IsCurrentItem))
                {
                    buffer.Write(label);
                    object? value = ValueOf(variable, scope, block);
                    Check(identity, identity.TryWrite(value), variable.Display);
                    trace?.Add(KeyComponentKind.Variable, variable.Display, value);
                }
            }
        }

        for (int i = 0; i < call.Arguments?.Length; i++)
        {
            identity.WriteLabel("argument");
            Check(identity, identity.TryWrite(call.Arguments[i]), $"argument {i + 1}");
            trace?.Add(KeyComponentKind.Argument, $"-ArgumentList[{i}]", call.Arguments[i]);
        }
    }

    /// <summary>Writes -VaryBy. A script block in it is asked about the input object, and then stands for it.</summary>
    private static bool WriteVaryBy(ValueIdentity identity, CallIdentity call, in CallInput input, KeyTrace? trace)
    {
        bool isInputReplaced = false;
        for (int i = 0; i < call.VaryBy?.Length; i++)
        {
            object? value = call.VaryBy[i];
            if ((value is PSObject wrapped ? wrapped.BaseObject : value) is ScriptBlock script)
            {
                value = script.InvokeWithContext(null, [new PSVariable("_", input.Value)]).ToArray();
                isInputReplaced = input.IsGiven;
            }

            identity.WriteLabel("vary");
            Check(identity, identity.TryWrite(value), $"value {i + 1} of -VaryBy");
            trace?.Add(KeyComponentKind.VaryBy, $"-VaryBy[{i}]", value);
        }

        return isInputReplaced;
    }

    /// <summary>Reads a free variable.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="scope">The variables that the block sees.</param>
    /// <param name="block">The block.</param>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyNotDerivable"/>.</exception>
    internal static object? ValueOf(
        FreeVariable variable, PSVariableIntrinsics? scope, ScriptBlock block) => variable.Kind switch
    {
        FreeVariableKind.Variable when scope is not null => scope.GetValue(variable.Name),
        FreeVariableKind.Environment => Environment.GetEnvironmentVariable(variable.Name),
        FreeVariableKind.ScriptFile when IsNamed(variable, "PSCommandPath") => block.File,
        FreeVariableKind.ScriptFile => Path.GetDirectoryName(block.File),
        _ => throw NotDerivable(variable.Display, typeof(void)),
    };

    private static bool IsNamed(FreeVariable variable, string name) =>
        variable.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static void Check(ValueIdentity identity, Type? withoutIdentity, string what)
    {
        if (withoutIdentity is null)
        {
            return;
        }

        throw identity.IsTooLarge
            ? new CacheKitException(
                ErrorIds.KeyNotDerivable,
                $"The block depends on {what}, whose value is over 64 MiB, or nests deeper than 64 levels or in a cycle, so "
                + "that no key can be derived.",
                WaysOut)
            : NotDerivable(what, withoutIdentity);
    }

    private static CacheKitException NotDerivable(string what, Type type) => new(
        ErrorIds.KeyNotDerivable,
        type == typeof(void)
            ? $"The block reads {what}, whose value cannot be known before it runs, so that no key can be derived."
            : $"The block depends on {what}, a {type}, which has no value identity, so that no key can be derived.",
        WaysOut);
}
