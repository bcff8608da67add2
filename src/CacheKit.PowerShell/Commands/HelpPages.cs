namespace CacheKit.Commands;

/// <summary>Where Get-Help -Online leads.</summary>
internal static class HelpPages
{
    /// <summary>The folder of the pages; each is named after its cmdlet.</summary>
    public const string Folder = "https://github.com/cachekit/cachekit-powershell/blob/main/docs/cmdlets/";
}
