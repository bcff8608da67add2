using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>
/// The folder behind <c>$TestDrive</c> and <c>TestDrive:</c>, new for a file. What a block leaves in it is removed
/// when the block ends, and all of it at the end.
/// </summary>
public sealed class TestDrive : IDisposable
{
    private const string Name = "TestDrive";

    private readonly Runspace _runspace;
    private readonly string _root = Directory.CreateTempSubdirectory("pester-").FullName;

    public TestDrive(Runspace runspace)
    {
        ArgumentNullException.ThrowIfNull(runspace);
        _runspace = runspace;
        SessionStateProxy session = runspace.SessionStateProxy;
        ProviderInfo files = session.Provider.GetOne("FileSystem");
        session.Drive.New(new PSDriveInfo(Name, files, _root, "Pester test drive", credential: null), "Global");
        session.SetVariable(Name, _root);
    }

    /// <summary>Remembers what is there; disposing removes what came since.</summary>
    public IDisposable EnterBlock()
    {
        return new Cleanup(_root);
    }

    public void Dispose()
    {
        _runspace.SessionStateProxy.Path.SetLocation(Path.GetTempPath());
        _runspace.SessionStateProxy.Drive.Remove(Name, force: true, "Global");
        Directory.Delete(_root, recursive: true);
    }

    private sealed class Cleanup(string root) : IDisposable
    {
        private readonly HashSet<string> _present = [.. List(root)];

        public void Dispose()
        {
            foreach (string entry in List(root).Where(entry => !_present.Contains(entry)))
            {
                if (Directory.Exists(entry))
                {
                    Directory.Delete(entry, recursive: true);
                }
                else if (File.Exists(entry))
                {
                    File.Delete(entry);
                }
            }
        }

        private static string[] List(string root)
        {
            // Shortest first, so that a new folder goes with all that is in it.
            string[] entries = Directory.GetFileSystemEntries(root, "*", SearchOption.AllDirectories);
            return [.. entries.OrderBy(entry => entry.Length)];
        }
    }
}
