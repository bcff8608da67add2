using System.Management.Automation;

namespace CacheKit.Parameters;

/// <summary>
/// Keeps an array of bytes one key. Without it, PowerShell would take each byte for an element of the list.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class KeyListTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Transforms; what is no key is told by the cmdlet, under an ErrorId of ours.</summary>
    /// <param name="engineIntrinsics">The engine.</param>
    /// <param name="inputData">What the user gave.</param>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is byte[] key ? new object[] { key } : inputData;
}
