using System.Reflection;
using System.Runtime.Loader;
using CacheKit.Core.Tests.Support;

namespace CacheKit.PowerShell.Tests.Support;

/// <summary>The built module's own assembly, to look at. It is not the one that a runspace of a test imports.</summary>
internal static class ModuleAssembly
{
    /// <summary>Where the newest version lies, which is the one that an import takes.</summary>
    public static readonly string Location = Path.Combine(
        Directory.GetDirectories(RepositoryRoot.File("output", "CacheKit"))
            .MaxBy(folder => new Version(Path.GetFileName(folder)))!,
        "CacheKit.PowerShell.dll");

    /// <summary>Its types, without those that the compiler adds outside of our namespaces.</summary>
    public static readonly IReadOnlyList<Type> Types =
        [.. new ModuleContext().LoadFromAssemblyPath(Location).GetTypes().Where(IsOurs)];

    private static bool IsOurs(Type type) =>
        type.Namespace is "CacheKit" || type.Namespace?.StartsWith("CacheKit.", StringComparison.Ordinal) == true;

    private sealed class ModuleContext() : AssemblyLoadContext("a module to look at")
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            string path = Path.Combine(Path.GetDirectoryName(Location)!, "dependencies", assemblyName.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }
}
