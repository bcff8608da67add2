using System.Management.Automation.Runspaces;
using CacheKit.Host;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>A test file in a runspace of its own: discovered, and run when asked to.</summary>
public sealed class PesterFileRun : IDisposable
{
    private static readonly (string Keyword, string Command)[] s_keywords =
    [
        ("Describe", "Add-PesterBlock"),
        ("Context", "Add-PesterBlock"),
        ("It", "Add-PesterTest"),
        ("BeforeDiscovery", "Add-PesterHook"),
        ("BeforeAll", "Add-PesterHook"),
        ("BeforeEach", "Add-PesterHook"),
        ("AfterEach", "Add-PesterHook"),
        ("AfterAll", "Add-PesterHook"),
        ("Should", "Assert-PesterShould"),
    ];

    private readonly Runspace _runspace;
    private readonly PesterDiscovery _discovery = new();

    /// <summary>Discovers a file.</summary>
    /// <exception cref="System.Management.Automation.RuntimeException">The file fails outside of its tests.</exception>
    public PesterFileRun(string path)
    {
        _runspace = EngineFactory.OpenRunspace(host: null, CreateSessionState());
        try
        {
            Discover(path);
        }
        catch
        {
            _runspace.Dispose();
            throw;
        }
    }

    /// <summary>Every test of the file, in its order.</summary>
    public IEnumerable<PesterTest> Tests => _discovery.Root.Tests;

    /// <summary>Runs the tests; each then has its result.</summary>
    public void Run()
    {
        using TestDrive drive = new(_runspace);
        using System.Management.Automation.PowerShell shell = CreateShell();
        shell.AddScript("$args[0].Run($args[1])").AddArgument(_discovery.Root).AddArgument(drive).Invoke();
    }

    public void Dispose()
    {
        _runspace.Dispose();
    }

    private static InitialSessionState CreateSessionState()
    {
        InitialSessionState state = EngineFactory.CreateSessionState();
        state.Commands.Add(new SessionStateCmdletEntry("Add-PesterBlock", typeof(AddPesterBlockCommand), null));
        state.Commands.Add(new SessionStateCmdletEntry("Add-PesterTest", typeof(AddPesterTestCommand), null));
        state.Commands.Add(new SessionStateCmdletEntry("Add-PesterHook", typeof(AddPesterHookCommand), null));
        state.Commands.Add(new SessionStateCmdletEntry("Assert-PesterShould", typeof(AssertPesterShouldCommand), null));
        state.Commands.Add(new SessionStateCmdletEntry("Set-ItResult", typeof(SetItResultCommand), null));
        foreach ((string keyword, string command) in s_keywords)
        {
            state.Commands.Add(new SessionStateAliasEntry(keyword, command));
        }

        return state;
    }

    private void Discover(string path)
    {
        _runspace.SessionStateProxy.SetVariable(PesterDiscovery.VariableName, _discovery);
        using System.Management.Automation.PowerShell shell = CreateShell();
        shell.AddScript("& $args[0]").AddArgument(path).Invoke();
        _runspace.SessionStateProxy.SetVariable(PesterDiscovery.VariableName, null);
    }

    private System.Management.Automation.PowerShell CreateShell()
    {
        System.Management.Automation.PowerShell shell = System.Management.Automation.PowerShell.Create();
        shell.Runspace = _runspace;
        return shell;
    }
}
