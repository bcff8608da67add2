namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>Should found something else than it expects.</summary>
public sealed class PesterAssertionException : Exception
{
    public PesterAssertionException()
    {
    }

    public PesterAssertionException(string message)
        : base(message)
    {
    }

    public PesterAssertionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
