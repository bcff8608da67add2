using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Security.Cryptography;
using System.Text;

namespace CacheKit.CacheKeys;

/// <summary>
/// A script file that a block calls or dot-sources, by a path that is known before the block runs.
/// </summary>
/// <param name="Called">What is called.</param>
/// <param name="IsDotSourced">Whether it runs in the scope of the block.</param>
internal sealed record ScriptReference(KnownValue Called, bool IsDotSourced)
{
    private const string Extension = ".ps1";
    private const string ModuleExtension = ".psm1";
    private const int MostFiles = 256;

    // What is known of each file, as long as its content is the same.
    private static readonly ConcurrentDictionary<string, (byte[] Hash, BlockAnalysis Analysis)> s_files =
        new(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    /// <summary>Whether the name of a command may be that of a script file.</summary>
    /// <param name="name">The name.</param>
    public static bool MayName(string name) =>
        name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) || CommandNames.IsPath(name);

    private static bool IsScript(string path) =>
        path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(ModuleExtension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Finds the file.</summary>
    /// <param name="cmdlet">The cmdlet that runs the block.</param>
    /// <param name="value">What the block calls.</param>
    /// <returns>Its path, or null when what is called is no script file.</returns>
    public static string? FindFile(PSCmdlet cmdlet, object? value)
    {
        string? name = value switch
        {
            string text => text,
            FileInfo file => file.FullName,
            _ => null,
        };
        return string.IsNullOrEmpty(name) || !MayName(name) ? null : PathOf(cmdlet, name);
    }

    /// <summary>Analyses a script file by what is in it now.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static BlockAnalysis Analyse(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        byte[] hash = SHA256.HashData(content);
        if (s_files.TryGetValue(path, out (byte[] Hash, BlockAnalysis Analysis) known)
            && known.Hash.AsSpan().SequenceEqual(hash))
        {
            return known.Analysis;
        }

        using StreamReader reader =
            new(new MemoryStream(content), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        string text = reader.ReadToEnd();
        ScriptBlockAst tree = Parser.ParseInput(text, path, out _, out ParseError[] errors);
        BlockAnalysis analysis = new(tree, errors.Length > 0 ? hash : null);
        if (s_files.Count >= MostFiles)
        {
            s_files.Clear();
        }

        s_files[path] = (hash, analysis);
        return analysis;
    }

    private static string? PathOf(PSCmdlet cmdlet, string name)
    {
        if (!name.AsSpan().ContainsAny('/', '\\'))
        {
            return (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
                .Where(static folder => folder.Length > 0)
                .Select(folder => Path.Combine(folder, name))
                .FirstOrDefault(File.Exists);
        }

        string path = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(
            name, out ProviderInfo provider, out _);
        if (provider.Name != "FileSystem")
        {
            return null;
        }

        string script = IsScript(path) ? path : path + Extension;
        return File.Exists(script) && (script == path || !File.Exists(path)) ? script : null;
    }
}
