using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace CacheKit.Host;

/// <summary>Opens runspaces on the PowerShell engine, with the stand-ins and the built module at hand.</summary>
public static class EngineFactory
{
    private const string ModulePathVariable = "PSModulePath";

    /// <summary>The folder that holds the built module: <c>output</c> in the repository.</summary>
    public static string ModuleFolder { get; } = Path.Combine(RepositoryRoot.Path, "output");

    /// <summary>
    /// A module of the stand-ins, found last. The engine gives the runspaces of ForEach-Object -Parallel and of jobs
    /// its own commands only; there the stand-ins are loaded like any module's commands.
    /// </summary>
    private static readonly string s_standInFolder = Path.Combine(AppContext.BaseDirectory, "Modules");

    /// <summary>The engine's own commands, and the stand-ins for those that only an installed PowerShell has.</summary>
    public static InitialSessionState CreateSessionState()
    {
        // CreateDefault wants the assemblies of an installed PowerShell; CreateDefault2 asks for the engine alone.
        InitialSessionState state = InitialSessionState.CreateDefault2();
        foreach (Type type in typeof(EngineFactory).Assembly.GetExportedTypes())
        {
            if (type.GetCustomAttribute<CmdletAttribute>() is { } cmdlet)
            {
                string name = $"{cmdlet.VerbName}-{cmdlet.NounName}";
                state.Commands.Add(new SessionStateCmdletEntry(name, type, helpFileName: null));
            }
        }

        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        }

        return state;
    }

    /// <summary>Opens a runspace that finds the built module by name, before any that is installed.</summary>
    /// <param name="host">What the runspace writes to; null for a host that shows nothing and answers nothing.</param>
    /// <param name="state">What the runspace starts with; null for <see cref="CreateSessionState"/>.</param>
    public static Runspace OpenRunspace(PSHost? host = null, InitialSessionState? state = null)
    {
        PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        host ??= new HostSession(new ScriptConsole(TextWriter.Null, TextWriter.Null));
        Runspace runspace = RunspaceFactory.CreateRunspace(host, state ?? CreateSessionState());
        runspace.Open();

        // Opening makes the engine add its own folders to the variable, so ours is put in front afterwards.
        AddModuleFolders();
        return runspace;
    }

    private static void AddModuleFolders()
    {
        string present = Environment.GetEnvironmentVariable(ModulePathVariable) ?? "";
        IEnumerable<string> others = present
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(folder => folder != ModuleFolder && folder != s_standInFolder);
        string wanted = string.Join(Path.PathSeparator, [ModuleFolder, .. others, s_standInFolder]);
        Environment.SetEnvironmentVariable(ModulePathVariable, wanted);
    }
}
