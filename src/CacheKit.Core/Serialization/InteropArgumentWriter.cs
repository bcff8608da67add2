using CacheKit.Core.Cryptography;

namespace CacheKit.Core.Serialization;

/// <summary>
/// Writes the arguments that the key of an interop entry is computed of: one flat array (PROTOCOL section 7.3, profile
/// of arguments). Two that are equal to a script are equal in bytes: 2.0 is 2, a time is its instant, a set has no
/// order.
/// </summary>
/// <param name="buffer">Takes the array.</param>
public sealed class InteropArgumentWriter(SensitiveBuffer buffer) : InteropWriter(buffer)
{
    private const double MicrosecondsInSecond = 1_000_000;

    // Both are powers of two, which a double holds exactly; the largest UInt64 is none, hence "below" in one case.
    private const double LeastInteger = -9223372036854775808.0;
    private const double BelowThis = 18446744073709551616.0;

    private protected override bool TakesSets => true;

    /// <summary>Begins the array.</summary>
    /// <param name="count">How many arguments follow.</param>
    public void BeginArguments(int count) => TryBeginArray(typeof(object), count);

    private protected override void Put(double number)
    {
        if (number != Math.Floor(number) || number is < LeastInteger or >= BelowThis)
        {
            Tokens.Write(number);
        }
        else if (number < 0)
        {
            Tokens.Write((long)number);
        }
        else
        {
            Tokens.Write((ulong)number);
        }
    }

    private protected override bool TryPutOther(object value)
    {
        switch (value)
        {
            // Without an offset nobody knows which instant it is.
            case DateTime { Kind: not DateTimeKind.Unspecified } time:
                PutInstant(time.ToUniversalTime());
                return true;
            case DateTimeOffset time:
                PutInstant(time.UtcDateTime);
                return true;
            case Guid id:
                Tokens.Write(id.ToString("D"));
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// Seconds since 1970: whole microseconds, rounded down also before then, and one division, whose result IEEE 754
    /// tells to the last bit.
    /// </summary>
    private void PutInstant(DateTime utc)
    {
        (long microseconds, long rest) = Math.DivRem((utc - DateTime.UnixEpoch).Ticks, TimeSpan.TicksPerMicrosecond);
        Put((rest < 0 ? microseconds - 1 : microseconds) / MicrosecondsInSecond);
    }
}
