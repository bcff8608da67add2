using System.Management.Automation;

namespace CacheKit.Engine;

/// <summary>The end of a pipeline within a cmdlet.</summary>
internal interface IOutputRelay
{
    /// <summary>The cmdlet that writes each object at once; null where all are kept until the pipeline has ended.</summary>
    PSCmdlet? Writer { get; }
}
