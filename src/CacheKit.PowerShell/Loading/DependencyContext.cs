using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace CacheKit.Loading;

/// <summary>
/// Loads Core and its packages from the module's dependencies folder, beside whatever versions other modules bring.
/// </summary>
/// <param name="folder">The dependencies folder.</param>
internal sealed class DependencyContext(string folder) : AssemblyLoadContext("CacheKit")
{
    /// <summary>Has the meters, which nobody else in the process would see in a copy of our own.</summary>
    private const string SharedName = "System.Diagnostics.DiagnosticSource";

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == SharedName && IsInRuntime(assemblyName))
        {
            return null;
        }

        string path = Path.Combine(folder, assemblyName.Name + ".dll");
        // Null asks the default context: the runtime's own assemblies come from there.
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        foreach (string platform in Platforms())
        {
            string path = Path.Combine(folder, "runtimes", platform, "native", FileName(unmanagedDllName));
            if (File.Exists(path))
            {
                return LoadUnmanagedDllFromPath(path);
            }
        }

        return 0;
    }

    /// <summary>Whether the runtime's own version is not older than the one that is asked for.</summary>
    private static bool IsInRuntime(AssemblyName asked) =>
        Default.LoadFromAssemblyName(new AssemblyName(asked.Name!)).GetName().Version >= asked.Version;

    private static IEnumerable<string> Platforms()
    {
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        // The runtime's own identifier tells musl from glibc; what a distribution built may name the distribution.
        if (RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal))
        {
            yield return $"linux-musl-{architecture}";
        }

        yield return $"{system}-{architecture}";
    }

    private static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
}
