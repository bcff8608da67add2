using System.Collections.ObjectModel;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>
/// Base of the stand-ins that take <c>-Path</c> with wildcards, or <c>-LiteralPath</c> without. Providers ask for
/// -WhatIf and -Confirm themselves, in the name of the command.
/// </summary>
public abstract class PathCommand : PSCmdlet
{
    private protected const string PathSet = "Path";
    private protected const string LiteralPathSet = "LiteralPath";

    private static readonly string[] s_here = ["."];

    /// <summary>The paths as written, in whichever parameter.</summary>
    private protected string[] Given { get; set; } = s_here;

    /// <summary>Whether wildcard characters stand for themselves.</summary>
    private protected bool IsLiteral => ParameterSetName == LiteralPathSet;

    /// <summary>Asks a provider; its refusal becomes this command's error record and an empty answer.</summary>
    private protected Collection<T> Ask<T>(Func<Collection<T>> question)
    {
        try
        {
            return question();
        }
        catch (RuntimeException exception) when (exception is not PipelineStoppedException)
        {
            WriteError(new ErrorRecord(exception.ErrorRecord, exception));
            return [];
        }
    }

    /// <summary>Tells a provider to do something; its refusal becomes this command's error record.</summary>
    private protected void Tell(Action command)
    {
        Ask<object>(() =>
        {
            command();
            return [];
        });
    }

    /// <summary>The file that a path names, which need not exist; only files can hold bytes and raw text.</summary>
    private protected string GetFilePath(string path)
    {
        string file = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return IsFileSystem(provider)
            ? file
            : throw new PSNotSupportedException($"'{path}' is not in the file system.");
    }

    /// <summary>The existing items that the paths name, as provider paths.</summary>
    private protected IEnumerable<(string Path, ProviderInfo Provider)> Resolve()
    {
        foreach (string given in Given)
        {
            ProviderInfo? provider = null;
            Collection<string> found = Ask(() => ResolveOne(given, out provider));
            foreach (string path in found)
            {
                yield return (path, provider!);
            }
        }
    }

    private protected static bool IsFileSystem(ProviderInfo provider)
    {
        return provider.ImplementingType == typeof(FileSystemProvider);
    }

    private Collection<string> ResolveOne(string given, out ProviderInfo provider)
    {
        if (!IsLiteral)
        {
            return SessionState.Path.GetResolvedProviderPathFromPSPath(given, out provider);
        }

        string path = SessionState.Path.GetUnresolvedProviderPathFromPSPath(given, out provider, out _);
        if (InvokeProvider.Item.Exists(given, force: true, literalPath: true))
        {
            return [path];
        }

        ItemNotFoundException missing = new($"Cannot find path '{given}' because it does not exist.");
        WriteError(new ErrorRecord(missing, "PathNotFound", ErrorCategory.ObjectNotFound, given));
        return [];
    }
}
