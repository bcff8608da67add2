using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;
using CacheKit.Sessions;

namespace CacheKit.Loading;

/// <summary>
/// Connects this assembly with CacheKit.Core, which lives in a private load context (docs/architecture.md). Importing
/// does no I/O; Core loads at its first use.
/// </summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private const string BridgedName = "CacheKit.Core";

    private static readonly DependencyContext s_context = new(
        Path.Combine(Path.GetDirectoryName(typeof(ModuleLifetime).Assembly.Location)!, "dependencies"));

    private static int s_imports;

    /// <summary>Runs at each import, in whichever runspace.</summary>
    public void OnImport()
    {
        if (Interlocked.Increment(ref s_imports) == 1)
        {
            AssemblyLoadContext.Default.Resolving += Resolve;
        }
    }

    /// <summary>Runs at each removal. After the last one, keys are zeroed and files closed.</summary>
    /// <param name="psModuleInfo">The module.</param>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        if (Interlocked.Decrement(ref s_imports) == 0)
        {
            ImplicitSession.Retire();
            OpenSessions.CloseAll();
            AssemblyLoadContext.Default.Resolving -= Resolve;
        }
    }

    // The only name that we answer for: whatever else a module asks of the default context is none of our business.
    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == BridgedName ? s_context.LoadFromAssemblyName(name) : null;
}
