using System.Management.Automation;

namespace CacheKit.Parameters;

/// <summary>
/// Takes whatever a user gives as a duration. Without it, PowerShell would take <c>-Ttl 300</c> for 300 ticks,
/// 30 microseconds.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class TtlTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) as TtlArgument ?? new TtlArgument(inputData);
}
