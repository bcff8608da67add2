using System.Diagnostics;
using System.Management.Automation;
using CacheKit.CacheKeys;
using CacheKit.Core.Cryptography;

namespace CacheKit.Benchmarks.Rows;

/// <summary>Computes what identifies the result of a block, a number of times within one call of a cmdlet.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Key")]
[OutputType(typeof(long))]
public sealed class MeasureKeyCommand : PSCmdlet
{
    /// <summary>The block.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>How often.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public int Count { get; set; }

    /// <summary>Writes time in ticks, and memory in bytes.</summary>
    protected override void EndProcessing()
    {
        CallIdentity call = new(this, "main", ScriptBlock);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Count; i++)
        {
            using SensitiveBuffer identity = SensitiveBuffer.Rent();
            _ = EntryIdentity.Write(identity, call, default, trace: null);
        }

        long end = Stopwatch.GetTimestamp();
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        WriteObject(end - start);
        WriteObject(bytes);
    }
}
