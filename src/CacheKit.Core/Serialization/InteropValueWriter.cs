using System.Globalization;
using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Writes a value that other languages read (PROTOCOL section 7.3, value profile). Numbers with a fraction stay such,
/// also where it is zero; times are sentinel maps of an ISO 8601 text, to the microsecond.
/// </summary>
/// <param name="buffer">Takes one document.</param>
public sealed class InteropValueWriter(SensitiveBuffer buffer) : InteropWriter(buffer)
{
    private protected override bool TakesSets => false;

    private protected override void Put(double number) => Tokens.Write(number);

    private protected override bool TryPutOther(object value) => value switch
    {
        // Every other is a map.
        _ when IsDeepest => false,
        DateTime time => Put(PortableTime.DateTimeName, PortableTime.Format(PortableTime.ToMicrosecond(time))),
        DateTimeOffset time => Put(PortableTime.DateTimeName, PortableTime.Format(PortableTime.ToMicrosecond(time))),
        DateOnly date => Put(PortableTime.DateName, date.ToString("O", CultureInfo.InvariantCulture)),
        TimeOnly time => Put(PortableTime.TimeName, PortableTime.Format(PortableTime.ToMicrosecond(time))),
        _ => false,
    };

    /// <summary>The two names stand in the order of their bytes.</summary>
    private bool Put(string name, string text)
    {
        Tokens.WriteMapHeader(2);
        Tokens.Write(name);
        Tokens.Write(true);
        Tokens.Write(PortableTime.ValueName);
        Tokens.Write(text);
        return true;
    }
}
