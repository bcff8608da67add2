using System.Management.Automation;
using System.Runtime.CompilerServices;
using CacheKit.Conversion;
using CacheKit.Core.Caching;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;

namespace CacheKit.CacheKeys;

/// <summary>
/// Writes what identifies an interop entry inside its namespace: the operation and its arguments, and no more.
/// </summary>
internal static class InteropIdentity
{
    // The blocks that a warning has been written of.
    private static readonly ConditionalWeakTable<object, object> s_warned = [];

    /// <summary>Writes it.</summary>
    /// <param name="buffer">Empty; takes it.</param>
    /// <param name="call">What the call gives.</param>
    /// <param name="input">Its input object.</param>
    /// <param name="trace">Takes what is written as a user may see it, or null.</param>
    /// <exception cref="CacheKitException">The arguments do not bind, or other languages do not have them.</exception>
    public static void Write(SensitiveBuffer buffer, CallIdentity call, in CallInput input, KeyTrace? trace)
    {
        object?[] arguments = call.Arguments ?? [];
        object?[]? item = input.IsGiven ? [input.Value] : null;
        InteropSignature? signature = call.Block is null ? null : InteropSignature.Of(call.Block);
        if (item is not null && signature is not { TakesInput: true })
        {
            arguments = item;
        }

        IReadOnlyList<KeyValuePair<string, object?>> effective = signature is { IsEmpty: false }
            ? signature.Bind(arguments, item)
            : [.. arguments.Select((value, i) => KeyValuePair.Create(NameOf(i, isInput: item is not null), value))];
        InteropCodec.BeginIdentity(buffer, call.Operation!);
        int start = buffer.Length;
        InteropFormat.WriteArguments(buffer, effective);
        if (trace is null)
        {
            return;
        }

        trace.CanonicalArguments = Convert.ToHexString(buffer.WrittenSpan[start..]).ToLowerInvariant();
        trace.Add(KeyComponentKind.Operation, "-Interop", call.Operation);
        foreach ((string name, object? value) in effective)
        {
            trace.Add(KeyComponentKind.Argument, name, value);
        }
    }

    /// <summary>The arguments of a block that is called for an input object.</summary>
    /// <param name="block">The block.</param>
    /// <param name="input">The input object, which the block gets as <c>$_</c> in any case.</param>
    public static object?[] ArgumentsFor(ScriptBlock block, object? input) =>
        InteropSignature.Of(block).TakesInput ? [] : [input];

    /// <summary>Finds, once a block, a variable that the block reads although it is called without arguments.</summary>
    /// <param name="block">The block.</param>
    /// <returns>The variable as a script writes it, or null.</returns>
    public static string? FindForgotten(ScriptBlock block)
    {
        FreeVariable? first = EntryIdentity.Analyse(block).FreeVariables
            .Select(each => each.Variable)
            .FirstOrDefault(each => each.Kind == FreeVariableKind.Variable);
        return first is not null && s_warned.TryAdd(block.Ast, block.Ast) ? first.Display : null;
    }

    private static string NameOf(int place, bool isInput) => isInput ? "$_" : $"-ArgumentList[{place}]";
}
