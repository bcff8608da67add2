namespace Microsoft.PowerShell.Commands;

/// <summary>Stand-in for what Write-Error makes of a bare message; the name is its default error id.</summary>
public sealed class WriteErrorException : Exception
{
    public WriteErrorException()
    {
    }

    public WriteErrorException(string message)
        : base(message)
    {
    }

    public WriteErrorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
