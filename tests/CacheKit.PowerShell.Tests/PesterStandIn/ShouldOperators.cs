using System.Collections;
using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>The operators of Should, as PowerShell's own operators understand their operands.</summary>
internal static class ShouldOperators
{
    private static readonly Func<object?, object?, bool> s_equal = Operator("$args[1] -eq $args[0]");
    private static readonly Func<object?, object?, bool> s_exactlyEqual = Operator("$args[1] -ceq $args[0]");
    private static readonly Func<object?, object?, bool> s_isOfType = Operator("$args[0] -is $args[1]");

    private static readonly Dictionary<string, Func<object?, object?, bool>> s_operators =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["Be"] = (actual, expected) => AreEqual(actual, expected, s_equal),
            ["BeExactly"] = (actual, expected) => AreEqual(actual, expected, s_exactlyEqual),
            ["BeTrue"] = (actual, _) => LanguagePrimitives.IsTrue(actual),
            ["BeFalse"] = (actual, _) => !LanguagePrimitives.IsTrue(actual),
            ["BeNullOrEmpty"] = (actual, _) => IsNullOrEmpty(actual),
            ["BeOfType"] = IsOfType,
            ["BeGreaterThan"] = Operator("-not ($args[0] -le $args[1])"),
            ["BeGreaterOrEqual"] = Operator("-not ($args[0] -lt $args[1])"),
            ["BeLessThan"] = Operator("-not ($args[0] -ge $args[1])"),
            ["BeLessOrEqual"] = Operator("-not ($args[0] -gt $args[1])"),
            ["BeLike"] = Operator("$args[0] -like $args[1]"),
            ["BeLikeExactly"] = Operator("$args[0] -clike $args[1]"),
            ["Match"] = Operator("$args[0] -match $args[1]"),
            ["MatchExactly"] = Operator("$args[0] -cmatch $args[1]"),
            ["Contain"] = Operator("$args[0] -contains $args[1]"),
            ["BeIn"] = Operator("$args[1] -contains $args[0]"),
            ["HaveCount"] = (actual, expected) => Count(actual) == LanguagePrimitives.ConvertTo<int>(expected),
            ["Exist"] = (actual, _) => throw new InvalidOperationException("Exist needs a provider."),
            ["Throw"] = (actual, _) => throw new InvalidOperationException("Throw has its own way."),
        };

    public static bool IsKnown(string name)
    {
        return s_operators.ContainsKey(name);
    }

    /// <summary>Whether an operator looks at everything piped to it at once, instead of at each.</summary>
    public static bool TakesWholeInput(string name)
    {
        return name is "Be" or "BeExactly" or "BeNullOrEmpty" or "Contain" or "HaveCount";
    }

    public static bool Holds(string name, object? actual, object? expected, ProviderIntrinsics provider)
    {
        return name == "Exist"
            ? provider.Item.Exists(LanguagePrimitives.ConvertTo<string>(actual))
            : s_operators[name](actual, expected);
    }

    private static Func<object?, object?, bool> Operator(string expression)
    {
        ScriptBlock block = ScriptBlock.Create(expression);
        return (actual, expected) => LanguagePrimitives.IsTrue(block.InvokeReturnAsIs(actual, expected));
    }

    private static bool AreEqual(object? actual, object? expected, Func<object?, object?, bool> equals)
    {
        object?[] left = AsArray(actual);
        object?[] right = AsArray(expected);
        if (IsNothing(left) || IsNothing(right))
        {
            return IsNothing(left) && IsNothing(right);
        }

        return left.Length == right.Length
            && left.Zip(right).All(pair => IsArray(pair.First) || IsArray(pair.Second)
                ? AreEqual(pair.First, pair.Second, equals)
                : equals(pair.First, pair.Second));
    }

    private static object?[] AsArray(object? value)
    {
        return value is null ? [] : LanguagePrimitives.ConvertTo<object?[]>(value);
    }

    private static bool IsNothing(object?[] items)
    {
        return items is [] or [null];
    }

    private static bool IsArray(object? value)
    {
        return value is Array or PSObject { BaseObject: Array };
    }

    private static bool IsNullOrEmpty(object? actual)
    {
        object?[] items = AsArray(actual);
        if (items.Length != 1)
        {
            return items.Length == 0;
        }

        object? single = items[0] is PSObject wrapped ? wrapped.BaseObject : items[0];
        return single is Hashtable table
            ? table.Count == 0
            : string.IsNullOrEmpty(LanguagePrimitives.ConvertTo<string>(single));
    }

    private static bool IsOfType(object? actual, object? expected)
    {
        object? type = expected is PSObject wrapped ? wrapped.BaseObject : expected;
        if (type is string and ['[', .. string name, ']'])
        {
            // Written bare, a type literal such as [int] arrives as text.
            type = name;
        }

        return s_isOfType(actual, LanguagePrimitives.ConvertTo<Type>(type));
    }

    private static int Count(object? actual)
    {
        return AsArray(actual).Length;
    }
}
