using System.Reflection;

namespace CacheKit.Engine;

/// <summary>A property or a field of the engine that is not public, and whose type may have no public name.</summary>
internal sealed class HiddenMember
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private readonly MethodInvoker? _getter;
    private readonly FieldInfo? _field;

    private HiddenMember(Type? owner, string name, Type? type, MethodInfo? getter, FieldInfo? field)
    {
        Owner = owner;
        Name = $"{owner?.Name}.{name}";
        Type = type;
        _getter = getter is null ? null : MethodInvoker.Create(getter);
        _field = field;
    }

    /// <summary>The type that has it; null when this version of the engine has no such type.</summary>
    public Type? Owner { get; }

    /// <summary>Its name, after that of the type.</summary>
    public string Name { get; }

    /// <summary>The type of its value; null when this version of the engine has no such member.</summary>
    public Type? Type { get; }

    /// <summary>Finds a property.</summary>
    /// <param name="owner">The type that has it.</param>
    /// <param name="name">Its name.</param>
    public static HiddenMember Property(Type? owner, string name)
    {
        PropertyInfo? property = owner?.GetProperty(name, Any);
        return new HiddenMember(owner, name, property?.PropertyType, property?.GetGetMethod(true), null);
    }

    /// <summary>Finds a field.</summary>
    /// <param name="owner">The type that has it.</param>
    /// <param name="name">Its name.</param>
    public static HiddenMember Field(Type? owner, string name)
    {
        FieldInfo? field = owner?.GetField(name, Any);
        return new HiddenMember(owner, name, field?.FieldType, null, field);
    }

    /// <summary>Reads it.</summary>
    /// <param name="target">The object that has it.</param>
    public object? Of(object target) => _getter is null ? _field!.GetValue(target) : _getter.Invoke(target);
}
