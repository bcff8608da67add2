using System.Globalization;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace CacheKit.CacheKeys;

/// <summary>The identity of objects that are no collections and no scalars, but say what they are.</summary>
internal sealed partial class ValueIdentity
{
    /// <summary>The script blocks that are being written: one that reads itself is not written again.</summary>
    private List<ScriptBlock> _blocks = [];

    private Type? TryWriteObject(object value, int depth)
    {
        switch (value)
        {
            case FileSystemInfo file:
                return TryWriteFile(file);
            case XmlNode node:
                return WriteText("xml", node.GetType().FullName!, node.OuterXml);
            case Regex pattern when value.GetType() == typeof(Regex):
                return WriteText(
                    "regex",
                    pattern.ToString(),
                    pattern.Options.ToString("D"),
                    pattern.MatchTimeout.ToString("c", CultureInfo.InvariantCulture));
            case TimeZoneInfo zone:
                return WriteText("zone", zone.ToSerializedString());
            // A class of a script may have another body under the same name.
            case Type type when !type.Assembly.IsDynamic && type.AssemblyQualifiedName is { } name:
                return WriteText("type", name);
            case Encoding encoding when encoding.GetType().Namespace == "System.Text":
                return WriteEncoding(encoding);
            case X509Certificate2 certificate:
                return WriteText(
                    "certificate",
                    Convert.ToBase64String(certificate.RawDataMemory.Span),
                    certificate.HasPrivateKey ? "+" : "-");
            case ScriptBlock block:
                return TryWriteBlock(block, depth);
            default:
                return TryWriteEngineObject(value);
        }
    }

    /// <summary>
    /// A file counts with what the object says of it, which may be old, and with what is there now, which a block that
    /// opens it will see.
    /// </summary>
    private Type? TryWriteFile(FileSystemInfo file)
    {
        if (file is not (FileInfo or DirectoryInfo))
        {
            return file.GetType();
        }

        FileSystemInfo now = file is FileInfo ? new FileInfo(file.FullName) : new DirectoryInfo(file.FullName);
        try
        {
            return WriteText("file", file.GetType().FullName!, file.FullName, file.ToString(), StateOf(file), StateOf(now));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return file.GetType();
        }
    }

    /// <summary>Values of the engine's own types that the reference assembly does not know.</summary>
    private Type? TryWriteEngineObject(object value)
    {
        switch (value.GetType().FullName)
        {
            case "System.Management.Automation.SemanticVersion":
                return WriteText("semver", value.ToString()!);
            // Added to every file on Unix. Reading a file changes its times, which do not make another file of it.
            case "System.Management.Automation.Platform+Unix+CommonStat":
                PSMemberInfoCollection<PSPropertyInfo> stat = PSObject.AsPSObject(value).Properties;
                return WriteText("stat", $"{stat["Mode"]?.Value}", $"{stat["UserId"]?.Value}", $"{stat["GroupId"]?.Value}");
            default:
                return value.GetType();
        }
    }

    private static string StateOf(FileSystemInfo file)
    {
        if (!file.Exists)
        {
            return "-";
        }

        long length = file is FileInfo { Length: var size } ? size : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks} {length}");
    }

    private Type? WriteEncoding(Encoding encoding) => WriteText(
        "encoding",
        encoding.GetType().FullName!,
        encoding.WebName,
        Convert.ToHexString(encoding.Preamble),
        encoding.EncoderFallback.GetType().FullName!,
        (encoding.EncoderFallback as EncoderReplacementFallback)?.DefaultString ?? string.Empty,
        encoding.DecoderFallback.GetType().FullName!,
        (encoding.DecoderFallback as DecoderReplacementFallback)?.DefaultString ?? string.Empty);

    /// <summary>A script block is its code, and the values of the variables that it reads where it was made.</summary>
    private Type? TryWriteBlock(ScriptBlock block, int depth)
    {
        if (_cmdlet is null)
        {
            return block.GetType();
        }

        List<ScriptBlock> around = _outermost._blocks;
        int index = around.IndexOf(block);
        if (index >= 0)
        {
            return WriteText("block", index.ToString(CultureInfo.InvariantCulture));
        }

        _outermost._blocks = [.. around, block];
        try
        {
            new DependencyWriter(_buffer, this, _cmdlet, null, depth + 1).Write(EntryIdentity.Analyse(block), block, false);
            return null;
        }
        finally
        {
            _outermost._blocks = around;
        }
    }
}
