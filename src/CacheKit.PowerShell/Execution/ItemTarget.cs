using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Execution;

/// <summary>What a cmdlet for items is asked about: items of a namespace, or the entry of an operation.</summary>
internal sealed class ItemTarget
{
    private readonly TenantEntries? _entries;
    private readonly string? _namespace;

    private ItemTarget(TenantEntries? entries, string? @namespace, InteropEntry? interop)
    {
        _entries = entries;
        _namespace = @namespace;
        Interop = interop;
    }

    /// <summary>The entry of an operation; null when items are meant.</summary>
    public InteropEntry? Interop { get; }

    /// <summary>The items of the tenant, which lie in <see cref="Namespace"/>.</summary>
    public TenantEntries Entries => _entries!;

    /// <summary>The namespace of the items.</summary>
    public string Namespace => _namespace!;

    /// <summary>Reads the parameters of a cmdlet, and opens the cache.</summary>
    /// <param name="context">The cmdlet.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="session">The session in force.</param>
    /// <exception cref="CacheKitException">What they say cannot be, or the session cannot be used.</exception>
    public static ItemTarget Open(CommandContext context, IItemParameters parameters, SessionInForce session)
    {
        if (context.IsGiven(nameof(IItemParameters.Interop)))
        {
            return new ItemTarget(null, null, InteropEntry.Open(context, parameters, session));
        }

        bool isNamed = context.IsGiven(nameof(IItemParameters.Namespace));
        string? @namespace = isNamed ? parameters.Namespace : session.Defaults.Namespace;
        Namespaces.Check(@namespace);
        EntryCache cache = context.Rent(session, CacheMode.Secure);
        return new ItemTarget(new TenantEntries(context, cache, session.Tenant), @namespace, null);
    }
}
