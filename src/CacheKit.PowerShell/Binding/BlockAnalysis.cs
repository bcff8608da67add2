using System.Management.Automation.Language;

namespace CacheKit.Binding;

/// <summary>What is known of a block before it runs; computed once a syntax tree.</summary>
internal sealed class BlockAnalysis
{
    /// <summary>Analyses a block.</summary>
    /// <param name="tree">Its syntax tree: a script, or the body of a function.</param>
    public BlockAnalysis(Ast tree)
    {
        ScriptBlockAst script = tree as ScriptBlockAst ?? ((FunctionDefinitionAst)tree).Body;
        Identity = BlockIdentity.Compute(tree);
        FreeVariables = FreeVariableFinder.Find(script);
    }

    /// <summary>The identity of its text, 32 bytes.</summary>
    public byte[] Identity { get; }

    /// <summary>The variables whose values are part of its key.</summary>
    public FreeVariable[] FreeVariables { get; }
}
