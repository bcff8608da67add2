using System.Linq.Expressions;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace CacheKit.PowerShell.Tests.Support;

/// <summary>
/// The identities of values, straight from the module that a runspace has imported: a call of a cmdlet for each of many
/// values would take minutes.
/// </summary>
internal static class ValueKeys
{
    private static readonly Lazy<Func<object?, byte[]?>> s_write = new(Make);

    /// <summary>The identity of a value, or null when it has none.</summary>
    /// <param name="value">The value.</param>
    public static byte[]? Of(object? value) => s_write.Value(value);

    private static Func<object?, byte[]?> Make()
    {
        const BindingFlags Any =
            BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        Assembly module = AssemblyLoadContext.Default.Assemblies
            .Single(static assembly => assembly.GetName().Name == "CacheKit.PowerShell");
        Type identity = module.GetType("CacheKit.CacheKeys.ValueIdentity", throwOnError: true)!;
        ConstructorInfo constructor = identity.GetConstructors()
            .Single(static candidate => candidate.GetParameters() is [_, { } cmdlet]
                && cmdlet.ParameterType == typeof(PSCmdlet));
        Type bufferType = constructor.GetParameters()[0].ParameterType;

        ParameterExpression value = Expression.Parameter(typeof(object));
        ParameterExpression buffer = Expression.Variable(bufferType);
        Expression refused = Expression.Call(
            Expression.New(constructor, buffer, Expression.Constant(null, typeof(PSCmdlet))),
            identity.GetMethod("TryWrite", Any, [typeof(object)])!,
            value);
        Expression bytes = Expression.Call(
            Expression.Property(buffer, bufferType.GetProperty("WrittenMemory", Any)!),
            typeof(ReadOnlyMemory<byte>).GetMethod(nameof(ReadOnlyMemory<byte>.ToArray))!);
        Expression body = Expression.Block(
            [buffer],
            Expression.Assign(
                buffer,
                Expression.Call(bufferType.GetMethod("Rent", Any)!, Expression.Constant(256))),
            Expression.TryFinally(
                Expression.Condition(
                    Expression.Equal(refused, Expression.Constant(null, typeof(Type))),
                    bytes,
                    Expression.Constant(null, typeof(byte[]))),
                Expression.Call(buffer, bufferType.GetMethod("Dispose", Any)!)));
        return Expression.Lambda<Func<object?, byte[]?>>(body, value).Compile();
    }
}
