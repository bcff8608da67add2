namespace CacheKit.HelpBuilder.Writing;

/// <summary>The namespaces of MAML external help.</summary>
internal static class MamlNamespaces
{
    /// <summary>The root element.</summary>
    public const string Root = "http://msh";

    /// <summary>Text.</summary>
    public const string Maml = "http://schemas.microsoft.com/maml/2004/10";

    /// <summary>The parts of a command.</summary>
    public const string Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";

    /// <summary>Code and types.</summary>
    public const string Dev = "http://schemas.microsoft.com/maml/dev/2004/10";
}
