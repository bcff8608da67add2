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
    /// <param name="host">What the runspace writes to; null for a host that shows nothing.</param>
    public static Runspace OpenRunspace(PSHost? host = null)
    {
        PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        InitialSessionState state = CreateSessionState();
        Runspace runspace = host is null
            ? RunspaceFactory.CreateRunspace(state)
            : RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();

        // Opening makes the engine add its own folders to the variable, so ours is put in front afterwards.
        PutModuleFolderFirst();
        return runspace;
    }

    private static void PutModuleFolderFirst()
    {
        string present = Environment.GetEnvironmentVariable(ModulePathVariable) ?? "";
        IEnumerable<string> others = present
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(folder => folder != ModuleFolder);
        string wanted = string.Join(Path.PathSeparator, [ModuleFolder, .. others]);
        Environment.SetEnvironmentVariable(ModulePathVariable, wanted);
    }
}
