using System.Management.Automation;
using CacheKit.Engine;

namespace CacheKit.Conversion;

/// <summary>Gives stored constants their enumeration back, where the session knows it.</summary>
internal static class EnumConstants
{
    /// <summary>Makes a constant.</summary>
    /// <param name="typeName">The full name of its enumeration. Nothing is loaded and nothing run for it.</param>
    /// <param name="number">Its number, of the underlying type.</param>
    /// <param name="name">Its name when it was stored.</param>
    /// <returns>
    /// The constant; its number with the type names of a deserialized object, where no enumeration of this name and
    /// underlying type is loaded.
    /// </returns>
    public static object From(string typeName, object number, string name)
    {
        if (Find(typeName) is { } type && Enum.GetUnderlyingType(type) == number.GetType())
        {
            return Enum.ToObject(type, number);
        }

        PSObject constant = new(number);
        constant.TypeNames.Clear();
        constant.TypeNames.Add($"Deserialized.{typeName}");
        constant.TypeNames.Add("Deserialized.System.Enum");
        constant.TypeNames.Add("Deserialized.System.ValueType");
        constant.TypeNames.Add("Deserialized.System.Object");
        ObjectParts.SetDeserializedText(constant, name);
        return constant;
    }

    private static Type? Find(string typeName)
    {
        // A comma would name an assembly, which the engine might load; a bracket has a comma inside.
        if (typeName.AsSpan().ContainsAny(',', '['))
        {
            return null;
        }

        // The engine knows the enumerations that scripts define, by the scope that the caller sees.
        return LanguagePrimitives.TryConvertTo(typeName, out Type? type) && type is { IsEnum: true }
            && type.FullName == typeName
            ? type
            : null;
    }
}
