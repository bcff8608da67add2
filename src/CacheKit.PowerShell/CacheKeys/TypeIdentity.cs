using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace CacheKit.CacheKeys;

/// <summary>
/// Texts that stand for types: two types with one text are the same type to a script, in this process and in any other.
/// </summary>
internal static class TypeIdentity
{
    // Weak, as the type of a script is unloaded with its last object.
    private static readonly ConditionalWeakTable<Type, Text> s_texts = [];

    private static readonly string?[] s_platformFolders =
        [FolderOf(typeof(object).Assembly), FolderOf(typeof(PSObject).Assembly)];

    /// <summary>The text of a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>
    /// Null for a class that a script defined, and for anything made of one: another script may define it otherwise
    /// under the same name.
    /// </returns>
    public static string? Of(Type type) => s_texts.GetValue(type, static key => new Text(Write(key))).Value;

    /// <summary>Whether .NET or PowerShell brought an assembly, so that names alone tell its types.</summary>
    /// <param name="assembly">The assembly.</param>
    public static bool IsOfThePlatform(Assembly assembly) =>
        !assembly.IsDynamic && FolderOf(assembly) is { } folder && s_platformFolders.Contains(folder);

    private static string? Write(Type type)
    {
        if (type.IsArray || type.IsByRef || type.IsPointer)
        {
            // [*] is an array of rank 1 that need not begin at 0.
            string suffix = type.IsByRef ? "&"
                : type.IsPointer ? "*"
                : type.IsSZArray ? "[]"
                : type.IsVariableBoundArray && type.GetArrayRank() == 1 ? "[*]"
                : $"[{new string(',', type.GetArrayRank() - 1)}]";
            return Of(type.GetElementType()!) is { } element ? element + suffix : null;
        }

        if (type.IsConstructedGenericType)
        {
            string?[] parts = [Of(type.GetGenericTypeDefinition()), .. type.GetGenericArguments().Select(Of)];
            return parts.Contains(null) ? null : $"{parts[0]}[{string.Join('|', parts[1..])}]";
        }

        if (type.FullName is not { } name || type.IsGenericParameter)
        {
            return null;
        }

        Assembly assembly = type.Assembly;
        if (assembly == typeof(object).Assembly)
        {
            return name;
        }

        if (IsOfThePlatform(assembly))
        {
            return $"{name}, {assembly.FullName}";
        }

        bool isInMemory = assembly.IsDynamic || string.IsNullOrEmpty(assembly.Location);
        if (isInMemory && type.IsEnum)
        {
            return WriteEnum(type, name);
        }

        return assembly.IsDynamic
            ? null
            : $"{name}, {assembly.FullName}, {assembly.ManifestModule.ModuleVersionId}";
    }

    /// <summary>An enum from a script has no file that it could be told by, but says all that it is.</summary>
    private static string WriteEnum(Type type, string name)
    {
        bool isFlags = type.IsDefined(typeof(FlagsAttribute), inherit: false);
        StringBuilder text = new($"{name}, {(isFlags ? "flags" : "enum")} {type.GetEnumUnderlyingType()}");
        foreach (FieldInfo field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $", {field.Name.Length}:{field.Name}={field.GetRawConstantValue()}");
        }

        return text.ToString();
    }

    private static string? FolderOf(Assembly assembly) =>
        string.IsNullOrEmpty(assembly.Location) ? null : Path.GetDirectoryName(assembly.Location);

    private sealed record Text(string? Value);
}
