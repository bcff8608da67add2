using System.Reflection;
using System.Runtime.Loader;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Loading;

/// <summary>
/// An import loads the module's own assembly and looks through its public types before anything can find Core. A base
/// type, an interface or a field of a value type is loaded together with the type that has it, and must not come from there.
/// </summary>
public sealed class RootAssemblyTests
{
    private const string Core = "CacheKit.Core";

    private const BindingFlags Fields = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void Module_the_public_types_load_where_there_is_no_Core()
    {
        ContextWithoutCore context = new();
        try
        {
            Assembly alone = context.LoadFromAssemblyPath(ModuleAssembly.Location);
            Assert.NotEmpty(alone.GetExportedTypes());
            Assert.Empty(context.Refused);
            // Whoever needs it does ask, and is told that it is not there.
            FieldInfo field = ModuleAssembly.Types.SelectMany(type => type.GetFields(Fields))
                .First(each => IsOfCore(each.FieldType));
            _ = Assert.ThrowsAny<IOException>(
                () => alone.GetType(field.DeclaringType!.FullName!)!.GetField(field.Name, Fields)!.FieldType);
            Assert.NotEmpty(context.Refused);
        }
        finally
        {
            context.Unload();
        }
    }

    [Fact]
    public void Module_no_base_interface_or_field_makes_a_type_need_Core()
    {
        string[] wrong = [.. ModuleAssembly.Types
            // What the compiler makes of a method with an await or a yield is loaded when the method runs.
            .Where(type => !type.FullName!.Contains('<', StringComparison.Ordinal))
            .SelectMany(type => NeededBy(type)
                .Where(needed => needed.Type is not null && IsOfCore(needed.Type))
                .Select(needed => $"{type.FullName}: {needed.What} {needed.Type}"))];
        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
    }

    private static IEnumerable<(string What, Type? Type)> NeededBy(Type type) =>
    [
        ("base", type.BaseType),
        .. type.GetInterfaces().Select(each => ("interface", (Type?)each)),
        .. type.GetFields(Fields).Where(field => field.FieldType.IsValueType)
            .Select(field => ($"field {field.Name}", (Type?)field.FieldType)),
    ];

    private static bool IsOfCore(Type type) =>
        type.Assembly.GetName().Name == Core || type.GetGenericArguments().Any(IsOfCore);

    private sealed class ContextWithoutCore() : AssemblyLoadContext("without Core", isCollectible: true)
    {
        public List<string> Refused { get; } = [];

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name != Core)
            {
                return null;
            }

            Refused.Add(assemblyName.FullName);
            throw new FileNotFoundException(assemblyName.FullName);
        }
    }
}
