using System.Management.Automation;
using System.Management.Automation.Language;

namespace CacheKit.CacheKeys;

/// <summary>Commands that read variables by their names: as far as the names are written out, they are known.</summary>
internal sealed partial class FreeVariableFinder
{
    private void VisitNames(CommandAst command)
    {
        string name = command.GetCommandName() ?? string.Empty;
        switch (name[(name.LastIndexOf('\\') + 1)..].ToUpperInvariant())
        {
            case "GET-VARIABLE" or "GV":
                foreach (string variable in TextsOf(command))
                {
                    if (variable.Length > 0 && !WildcardPattern.ContainsWildcardCharacters(variable))
                    {
                        Read(new VariablePath(variable));
                    }
                }

                break;
            case "INVOKE-EXPRESSION" or "IEX":
                foreach (string text in TextsOf(command))
                {
                    ScriptBlockAst script = Parser.ParseInput(text, out _, out _);
                    InScope(() => VisitScript(script), bindsCurrentItem: false);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>The constant texts among the arguments of a command, whichever parameters they are for.</summary>
    private static IEnumerable<string> TextsOf(CommandAst command) =>
        command.CommandElements.Skip(1)
            .SelectMany(static element => element.FindAll(static node => node is StringConstantExpressionAst, false))
            .Select(static text => ((StringConstantExpressionAst)text).Value);
}
