using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.CompilerServices;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;

namespace CacheKit.CacheKeys;

/// <summary>
/// Writes what identifies the entry of a call: the name that the user gave, or the block with everything that it
/// visibly depends on.
/// </summary>
internal static class EntryIdentity
{
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
    /// <param name="willRun">Whether the block is about to run, or would be.</param>
    /// <returns>Whether it includes the content of a secret.</returns>
    /// <exception cref="CacheKitException"><see cref="ErrorIds.KeyNotDerivable"/>.</exception>
    public static bool Write(SensitiveBuffer buffer, CallIdentity call, in CallInput input, KeyTrace? trace, bool willRun)
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

        if (call is { Block: not null, Name: null })
        {
            DependencyWriter writer = new(buffer, identity, call.Cmdlet, trace);
            writer.WriteNamed(call.Block);
            if (willRun)
            {
                writer.CheckDrives(call.Block);
            }
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
        trace?.Add(KeyComponentKind.Block, "-ScriptBlock", block);
        new DependencyWriter(buffer, identity, call.Cmdlet, trace).Write(analysis, block, input.IsGiven);
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
                List<PSVariable> item = input.IsGiven ? [new PSVariable(CurrentItem.Name, input.Value)] : [];
                value = script.InvokeWithContext(null, item).ToArray();
                isInputReplaced = input.IsGiven;
            }

            identity.WriteLabel("vary");
            Check(identity, identity.TryWrite(value), $"value {i + 1} of -VaryBy");
            trace?.Add(KeyComponentKind.VaryBy, $"-VaryBy[{i}]", value);
        }

        return isInputReplaced;
    }

    private static void Check(ValueIdentity identity, Type? withoutIdentity, string what)
    {
        if (withoutIdentity is not null)
        {
            throw NotDerivable(identity, withoutIdentity, what);
        }
    }

    /// <summary>The error that a value has no identity.</summary>
    /// <param name="identity">What could not write it.</param>
    /// <param name="type">Its type.</param>
    /// <param name="what">What it is of the block.</param>
    public static CacheKitException NotDerivable(ValueIdentity identity, Type type, string what) => new(
        ErrorIds.KeyNotDerivable,
        identity.IsTooLarge
            ? $"The block depends on {what}, whose value is over 64 MiB, or nests deeper than 64 levels or in a cycle, "
                + "so that no key can be derived."
            : $"The block depends on {what}, a {type}, which has no value identity, so that no key can be derived.",
        Refusal.WaysOut);
}
