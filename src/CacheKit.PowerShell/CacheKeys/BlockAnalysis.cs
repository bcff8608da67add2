using System.Management.Automation.Language;

namespace CacheKit.CacheKeys;

/// <summary>What is known of a block before it runs; computed once a syntax tree.</summary>
internal sealed class BlockAnalysis
{
    /// <summary>Analyses a block.</summary>
    /// <param name="tree">Its syntax tree: a script, or a function.</param>
    public BlockAnalysis(Ast tree)
    {
        byte[] identity = BlockIdentity.Compute(tree);
        Start = ValueIdentity.Encode(buffer =>
        {
            new ValueIdentity(buffer).WriteLabel("block");
            buffer.Write(identity);
        });
        FreeVariables = Array.ConvertAll(
            FreeVariableFinder.Find(tree, out string[] attempted),
            variable => (variable, ValueIdentity.Encode(buffer => new ValueIdentity(buffer).WriteLabel(variable.Display))));
        AttemptedNames = attempted;
    }

    /// <summary>The names of variables that the block assigns, if nothing fails, before it reads them.</summary>
    public string[] AttemptedNames { get; }

    /// <summary>What the identity of its result begins with: a label and a hash of the block's code.</summary>
    public byte[] Start { get; }

    /// <summary>The variables whose values are part of its key, each with its label.</summary>
    public (FreeVariable Variable, byte[] Label)[] FreeVariables { get; }
}
