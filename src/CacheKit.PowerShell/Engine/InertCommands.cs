using System.Management.Automation;

namespace CacheKit.Engine;

/// <summary>
/// The cmdlets that change nothing that a block may read while objects pass through them: no variable, no location, no
/// environment. Whatever takes a script block does, and is for <see cref="PipelineNeighbours"/> to find.
/// </summary>
internal static class InertCommands
{
    // A verb says what a cmdlet may do. Import, Select and Set say too little: Import-Module and Select-AzContext change
    // what the next object meets, and so does Set-Content on a path such as variable:x.
    private static readonly HashSet<string> s_verbs = new(StringComparer.OrdinalIgnoreCase)
    {
        VerbsData.Compare, VerbsData.Convert, VerbsData.ConvertFrom, VerbsData.ConvertTo, VerbsData.Export,
        VerbsData.Group, VerbsCommon.Find, VerbsCommon.Format, VerbsCommon.Get, VerbsCommon.Join, VerbsCommon.Search,
        VerbsCommon.Split, VerbsCommunications.Read, VerbsCommunications.Write, VerbsData.Out,
        VerbsDiagnostic.Measure, VerbsDiagnostic.Resolve, VerbsDiagnostic.Test, "Sort",
    };

    private static readonly HashSet<string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        "Import-Clixml", "Import-Csv", "Select-Object", "Select-String", "Select-Xml", "Where-Object",
    };

    /// <summary>Whether a command is one of them.</summary>
    /// <param name="command">The command.</param>
    public static bool Include(CommandInfo? command) =>
        command is CmdletInfo { ImplementingType: { } type } cmdlet
        // Classes of a script are compiled as they run.
        && !type.Assembly.IsDynamic
        && (s_verbs.Contains(cmdlet.Verb) || s_names.Contains(cmdlet.Name) || type.IsAssignableTo(typeof(IOutputRelay)));
}
