using System.Management.Automation;
using System.Reflection;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for Get-Verb: the approved verbs that the engine declares.</summary>
[Cmdlet(VerbsCommon.Get, "Verb")]
public sealed class GetVerbCommand : PSCmdlet
{
    private static readonly Type[] s_groups =
    [
        typeof(VerbsCommon),
        typeof(VerbsCommunications),
        typeof(VerbsData),
        typeof(VerbsDiagnostic),
        typeof(VerbsLifecycle),
        typeof(VerbsOther),
        typeof(VerbsSecurity),
    ];

    [Parameter(Position = 0, ValueFromPipeline = true)]
    public string[] Verb { get; set; } = ["*"];

    protected override void ProcessRecord()
    {
        WildcardPattern[] wanted = [.. Verb.Select(verb => new WildcardPattern(verb, WildcardOptions.IgnoreCase))];
        foreach (Type group in s_groups)
        {
            foreach (FieldInfo field in group.GetFields().Where(field => field.IsLiteral))
            {
                if (wanted.Any(pattern => pattern.IsMatch(field.Name)))
                {
                    PSObject verb = new();
                    verb.Properties.Add(new PSNoteProperty("Verb", field.Name));
                    verb.Properties.Add(new PSNoteProperty("Group", group.Name["Verbs".Length..]));
                    WriteObject(verb);
                }
            }
        }
    }
}
