using System.Management.Automation;
using System.Reflection;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Parameters;

/// <summary>
/// The parameters that several cmdlets have, which each declares for itself, are the same in all of them: by type, by
/// attributes and by what they are unless given.
/// </summary>
public sealed class SharedParameterTests
{
    [Fact]
    public void Parameters_each_interface_has_its_cmdlets() => Assert.Equal(
        [
            "IAuditLogParameters: Get-CacheKitAuditLog, Test-CacheKitAuditLog",
            "ICachingParameters: Invoke-Cached, Invoke-SecureCached",
            "IItemParameters: Get-CacheKitItem, Remove-CacheKitItem, Set-CacheKitItem, Test-CacheKitItem",
            "IKeyParameters: Get-CacheKitKey, Invoke-Cached, Invoke-SecureCached",
            "IRotationParameters: Complete-CacheKitKeyRotation, Get-CacheKitKeyRotation, Start-CacheKitKeyRotation, "
                + "Step-CacheKitKeyRotation",
        ],
        Interfaces().Select(each => $"{each.Name}: {string.Join(", ", CmdletsWith(each).Select(NameOf).Order())}").Order());

    [Fact]
    public void Parameters_of_an_interface_are_equal_in_each_cmdlet() => AssertNone(
        from each in Interfaces()
        from name in ParametersOf(each)
        from difference in Differences(name, [.. CmdletsWith(each)])
        select difference);

    [Fact]
    public void Parameters_of_Invoke_Cached_are_all_those_of_Invoke_SecureCached()
    {
        Type[] both = [CmdletOf("Invoke-Cached"), CmdletOf("Invoke-SecureCached")];
        string[] names = [.. both[0].GetProperties().Where(IsParameter).Select(property => property.Name)];
        Assert.Contains("InputObject", names);
        AssertNone(names.SelectMany(name => Differences(name, both)));
    }

    private static void AssertNone(IEnumerable<string> differences) =>
        Assert.True(!differences.Any(), string.Join("\n", differences));

    private static IEnumerable<string> Differences(string name, IReadOnlyList<Type> cmdlets)
    {
        string[] forms = [.. cmdlets.Select(cmdlet => FormOf(cmdlet, name))];
        return forms.Distinct().Count() == 1
            ? []
            : cmdlets.Zip(forms, (cmdlet, form) => $"{NameOf(cmdlet)} -{name}: {form}");
    }

    /// <summary>An account of a parameter in which everything is that PowerShell acts upon.</summary>
    private static string FormOf(Type cmdlet, string name)
    {
        if (cmdlet.GetProperty(name) is not { } property || !IsParameter(property))
        {
            return "none";
        }

        object instance = Activator.CreateInstance(cmdlet)!;
        object? initial = property.GetValue(instance);
        (instance as IDisposable)?.Dispose();
        IEnumerable<string> attributes = property.CustomAttributes
            .Where(each => each.AttributeType.Namespace != "System.Runtime.CompilerServices")
            .Select(TextOf)
            .Order(StringComparer.Ordinal);
        NullabilityState nullability = new NullabilityInfoContext().Create(property).ReadState;
        return $"{string.Join(" ", attributes)} {property.PropertyType} ({nullability}) = {initial ?? "null"}";
    }

    private static string TextOf(CustomAttributeData attribute)
    {
        IEnumerable<string> arguments =
        [
            .. attribute.ConstructorArguments.Select(argument => argument.ToString()),
            .. attribute.NamedArguments.Select(argument => argument.ToString()).Order(StringComparer.Ordinal),
        ];
        return $"[{attribute.AttributeType.Name}({string.Join(", ", arguments)})]";
    }

    private static bool IsParameter(PropertyInfo property) => property.IsDefined(typeof(ParameterAttribute));

    private static string NameOf(Type cmdlet)
    {
        CmdletAttribute attribute = cmdlet.GetCustomAttribute<CmdletAttribute>()!;
        return $"{attribute.VerbName}-{attribute.NounName}";
    }

    /// <summary>The parameters that an interface names, with those of the interfaces that it extends.</summary>
    private static IEnumerable<string> ParametersOf(Type type)
    {
        IEnumerable<string> names = type.GetInterfaces().Append(type)
            .SelectMany(each => each.GetProperties())
            .Select(property => property.Name);
        // What is piped goes into a key as well; no class reads it through the interface.
        return type.Name == "IKeyParameters" ? names.Append("InputObject") : names;
    }

    private static IEnumerable<Type> Interfaces() =>
        ModuleAssembly.Types.Where(type => type.IsInterface && type.Name.EndsWith("Parameters", StringComparison.Ordinal));

    private static IEnumerable<Type> CmdletsWith(Type type) =>
        ModuleAssembly.Types.Where(each => each.IsDefined(typeof(CmdletAttribute)) && type.IsAssignableFrom(each));

    private static Type CmdletOf(string name) =>
        ModuleAssembly.Types.Single(each => each.IsDefined(typeof(CmdletAttribute)) && NameOf(each) == name);
}
