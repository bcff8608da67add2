using System.Management.Automation;
using System.Numerics;
using System.Security;

namespace CacheKit.Conversion;

/// <summary>What to say of values that the model of interop mode does not have (PROTOCOL section 7.3).</summary>
internal static class InteropModel
{
    /// <summary>What a value is that was refused, as the middle of a sentence.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="isArgument">Whether it was to be an argument.</param>
    public static string Describe(Type type, bool isArgument)
    {
        if (type == typeof(double) || type == typeof(float))
        {
            return "not a number, or infinite";
        }

        if (type == typeof(string))
        {
            return "text with half of a surrogate pair";
        }

        if (type == typeof(BigInteger))
        {
            return "an integer outside of -2^63 to 2^64-1";
        }

        return type == typeof(DateTime) && isArgument
            ? "a DateTime whose Kind is Unspecified, so that nobody knows which instant it is"
            : $"a {type}";
    }

    /// <summary>What to give in its place.</summary>
    /// <param name="type">The type of the value.</param>
    /// <param name="isArgument">Whether it was to be an argument.</param>
    public static string WayOutOf(Type type, bool isArgument)
    {
        if (type == typeof(decimal))
        {
            return "Give a [double] where a binary fraction will do, or text where all sides agree on its form.";
        }

        if (type == typeof(double) || type == typeof(float))
        {
            return "Give $null, or text that all sides agree on.";
        }

        if (type == typeof(DateTime))
        {
            return "Give a [datetimeoffset], or say what it is with [datetime]::SpecifyKind($time, 'Utc').";
        }

        if (type == typeof(SecureString) || type == typeof(PSCredential))
        {
            return isArgument
                ? "Give what identifies the secret, such as its name: a key is no place for a secret."
                : "Let the block give its plain text (the switch AsPlainText of ConvertFrom-SecureString): the entry is encrypted as a whole.";
        }

        if (TypedCollections.Is(type, typeof(HashSet<>)))
        {
            return "Give an array, in an order that all sides agree on.";
        }

        if (type == typeof(DateOnly) || type == typeof(TimeOnly))
        {
            // Not "$value", which puts the month first and leaves out the seconds.
            return "Give its text in ISO form: $value.ToString('o').";
        }

        return IsText(type)
            ? "Give its text, such as \"$value\"."
            : "Give text, numbers, bytes, times, arrays, or objects and hashtables of these "
                + "([pscustomobject], Select-Object).";
    }

    private static bool IsText(Type type) => type == typeof(char) || type == typeof(Guid) || type == typeof(Uri)
        || type == typeof(Version) || type == typeof(BigInteger) || type == typeof(TimeSpan)
        || type == typeof(ScriptBlock);
}
