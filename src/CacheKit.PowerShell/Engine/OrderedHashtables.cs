using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;

namespace CacheKit.Engine;

/// <summary>
/// The hashtable of ConvertFrom-Json -AsHashtable: a Hashtable that keeps the order, and whose names differ by case.
/// The engine has it since 7.3; the reference that the module compiles against is older.
/// </summary>
internal static class OrderedHashtables
{
    private static readonly Type? s_type =
        typeof(PSObject).Assembly.GetType("System.Management.Automation.OrderedHashtable");

    /// <summary>Makes an empty one.</summary>
    /// <param name="capacity">How many keys it will have.</param>
    public static IDictionary New(int capacity) => s_type is null
        ? new OrderedDictionary(capacity)
        : (IDictionary)Activator.CreateInstance(s_type, capacity)!;
}
