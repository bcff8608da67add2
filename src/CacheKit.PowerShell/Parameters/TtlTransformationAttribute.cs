using System.Management.Automation;

namespace CacheKit.Parameters;

/// <summary>
/// Turns what a user gives as a duration into a <see cref="Ttl"/>. Without it, PowerShell would take <c>-Ttl 300</c>
/// for 300 ticks, 30 microseconds.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class TtlTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether the duration may be zero.</summary>
    public bool AllowZero { get; set; }

    /// <summary>Transforms; an unreadable value is told by the cmdlet, under an ErrorId of ours.</summary>
    /// <param name="engineIntrinsics">The engine.</param>
    /// <param name="inputData">What the user gave.</param>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Ttl.From(inputData, AllowZero);
}
