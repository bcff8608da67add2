using System.Collections;
using System.Management.Automation;

namespace CacheKit.Engine;

/// <summary>Arguments that a command may run: a script block, or a table that holds one, as for Select-Object.</summary>
internal static class ScriptArguments
{
    private const int DeepestArgument = 4;
    private const int LongestArgument = 1_000;

    /// <summary>Whether an argument is or holds a script; so is one that is too large to tell.</summary>
    /// <param name="argument">The argument.</param>
    public static bool IsOrHolds(object? argument) => IsOrHolds(argument, DeepestArgument);

    private static bool IsOrHolds(object? argument, int depth)
    {
        object? value = argument is PSObject wrapped ? wrapped.BaseObject : argument;
        return value switch
        {
            null or string or ValueType => false,
            // A script block converts to a delegate.
            ScriptBlock or Delegate => true,
            // An object of a script's class: its methods are script.
            _ when value.GetType().Assembly.IsDynamic => true,
            Array array when HoldsPlainElements(array.GetType()) => false,
            IDictionary table => depth == 0 || table.Count > LongestArgument || AnyIn(table.Values, depth - 1),
            IList list => depth == 0 || list.Count > LongestArgument || AnyIn(list, depth - 1),
            _ => false,
        };
    }

    private static bool HoldsPlainElements(Type array) =>
        array.GetElementType() is { } element && (element.IsValueType || element == typeof(string));

    private static bool AnyIn(IEnumerable values, int depth)
    {
        foreach (object? value in values)
        {
            if (IsOrHolds(value, depth))
            {
                return true;
            }
        }

        return false;
    }
}
