using System.Text.RegularExpressions;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Architecture;

/// <summary>A folder is a namespace, everywhere but where users see the name.</summary>
public sealed partial class FolderTests
{
    [Theory]
    [InlineData("CacheKit.Core", "CacheKit.Core")]
    [InlineData("CacheKit.PowerShell", "CacheKit")]
    public void Architecture_a_folder_is_a_namespace(string project, string root)
    {
        string folder = RepositoryRoot.File("src", project);
        string[] files = [.. Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal)
                && !file.StartsWith("bin/", StringComparison.Ordinal))];
        string[] wrong = [.. files
            .Select(file => (file, Namespace: NamespaceIn(Path.Combine(folder, file))))
            .Where(pair => pair.Namespace != NamespaceOf(root, pair.file))
            .Select(pair => $"{pair.file}: {pair.Namespace}")];
        Assert.NotEmpty(files);
        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
    }

    private static string NamespaceOf(string root, string file) => (root, Path.GetDirectoryName(file)!, file) switch
    {
        // The names that users see: in scripts, in type literals and in the views of the module.
        ("CacheKit", "Model", _) => "CacheKit",
        ("CacheKit", _, "Sessions/CacheKitSession.cs" or "Parameters/Ttl.cs" or "Parameters/TtlArgument.cs") => "CacheKit",
        (_, "", _) => root,
        (_, string folder, _) => $"{root}.{folder.Replace('\\', '/').Replace('/', '.')}",
    };

    private static string? NamespaceIn(string path) =>
        Declaration().Match(File.ReadAllText(path)) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
