using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.CompilerServices;
using CacheKit.Core.Diagnostics;

namespace CacheKit.CacheKeys;

/// <summary>
/// The parameters that a block declares, as the contract between languages sees them: in the order of their
/// declaration, with their defaults (PROTOCOL section 7.2). Computed once a syntax tree.
/// </summary>
internal sealed class InteropSignature
{
    private static readonly ConditionalWeakTable<object, InteropSignature> s_signatures = [];

    private readonly InteropParameter[] _parameters;
    private readonly bool _hasOwnPositions;

    private InteropSignature(Ast tree)
    {
        IEnumerable<ParameterAst>? declared = tree is FunctionDefinitionAst { Parameters: { } parameters }
            ? parameters
            : (tree as ScriptBlockAst ?? ((FunctionDefinitionAst)tree).Body).ParamBlock?.Parameters;
        _parameters = [.. (declared ?? []).Select(each => new InteropParameter(each))];
        _hasOwnPositions = Array.Exists(_parameters, each => each.HasOwnPosition);
    }

    /// <summary>Whether the block takes an input object as a parameter, and not as an argument.</summary>
    public bool TakesInput => Array.Exists(_parameters, each => each.TakesInput);

    /// <summary>Reads the parameters of a block.</summary>
    /// <param name="block">The block.</param>
    public static InteropSignature Of(ScriptBlock block) =>
        s_signatures.GetValue(block.Ast, static tree => new InteropSignature((Ast)tree));

    /// <summary>Whether the block declares any.</summary>
    public bool IsEmpty => _parameters.Length == 0;

    /// <summary>
    /// Binds arguments as PowerShell will: by position, converted to the declared types, defaults applied.
    /// </summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="input">The input object in an array, if it is the value of a parameter; else null.</param>
    /// <returns>The effective arguments in the order of declaration, each with what a message calls it.</returns>
    /// <exception cref="CacheKitException">They do not bind.</exception>
    public IReadOnlyList<KeyValuePair<string, object?>> Bind(object?[] arguments, object?[]? input)
    {
        if (_hasOwnPositions)
        {
            throw new CacheKitException(
                ErrorIds.InteropArgumentInvalid,
                "The block gives its parameters positions of their own, and the key of an interop entry follows the order of "
                + "their declaration.",
                "Take Position out of the block's parameters.");
        }

        KeyValuePair<string, object?>[] bound = new KeyValuePair<string, object?>[_parameters.Length];
        int next = 0;
        // What takes the rest is served last, wherever it is declared.
        foreach (int i in Enumerable.Range(0, bound.Length).OrderBy(i => _parameters[i].TakesRest))
        {
            InteropParameter parameter = _parameters[i];
            bound[i] = KeyValuePair.Create(parameter.Display, parameter.Bind(arguments, ref next, input));
        }

        return next == arguments.Length
            ? bound
            : throw new CacheKitException(
                ErrorIds.InteropArgumentInvalid,
                $"The number of arguments is {arguments.Length}, and the block takes {next} by position.",
                "Give -ArgumentList as many as the block declares, or declare the others (a [switch] is none by position).");
    }
}
