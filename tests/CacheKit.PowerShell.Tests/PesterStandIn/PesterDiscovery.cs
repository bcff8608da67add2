using System.Management.Automation;

namespace CacheKit.PowerShell.Tests.PesterStandIn;

/// <summary>Where discovery is in a file; the keywords find it in a variable of their runspace.</summary>
public sealed class PesterDiscovery
{
    internal const string VariableName = "______pester";

    private PesterBlock _current;

    public PesterDiscovery()
    {
        Root = new PesterBlock { Parent = null, Name = "" };
        _current = Root;
    }

    /// <summary>The file.</summary>
    public PesterBlock Root { get; }

    /// <summary>The discovery that a keyword is used in.</summary>
    /// <param name="session">The session of the keyword.</param>
    /// <param name="keyword">For the error when there is none: the run phase knows no new tests.</param>
    public static PesterDiscovery Of(SessionState session, string keyword)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.PSVariable.GetValue(VariableName) as PesterDiscovery
            ?? throw new PSInvalidOperationException($"{keyword} is out of place: the run has begun.");
    }

    public void AddHook(string keyword, ScriptBlock hook)
    {
        _current.Hooks[keyword].Add(hook);
    }

    public void AddTest(string name, ScriptBlock body, PesterData data, bool skip)
    {
        if (_current.Parent is null)
        {
            throw new PSInvalidOperationException("It belongs in a Describe or Context.");
        }

        _current.Add(new PesterTest
        {
            Parent = _current,
            Name = PesterScopes.ExpandName(name, data),
            Body = body,
            Data = data,
            Skip = skip,
        });
    }

    /// <summary>Adds a block and discovers what is in it.</summary>
    public void AddBlock(string name, ScriptBlock body, PesterData data, bool skip)
    {
        PesterBlock outer = _current;
        PesterBlock block = new()
        {
            Parent = outer,
            Name = PesterScopes.ExpandName(name, data),
            Body = body,
            Data = data,
            Skip = skip,
        };
        outer.Add(block);
        _current = block;
        try
        {
            PesterScopes.Discover(block);
        }
        finally
        {
            _current = outer;
        }
    }
}
