using CacheKit.Core.Tests.Architecture;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Architecture;

/// <summary>The arrows between the rooms of the module point one way: from the cmdlets down to the core.</summary>
public sealed class NamespaceArrowTests
{
    private const string Root = "CacheKit.";
    private const string Core = "Core";

    /// <summary>Each room with all the rooms that it may know. The core is one room here; its own tests divide it.</summary>
    private static readonly Dictionary<string, string[]> s_mayKnow = new()
    {
        [Core] = [],
        ["Engine"] = [],
        ["Model"] = [Core],
        ["Parameters"] = ["Model", Core],
        ["Sessions"] = ["Parameters", Core],
        ["Conversion"] = ["Engine", Core],
        ["CacheKeys"] = ["Conversion", "Engine", "Parameters", "Model", Core],
        ["Execution"] = ["CacheKeys", "Conversion", "Engine", "Sessions", "Parameters", "Model", Core],
        ["Backends"] = ["Execution", "Model", Core],
        ["Commands"] = ["Backends", "Execution", "CacheKeys", "Conversion", "Sessions", "Parameters", "Model", Core],
        ["Loading"] = ["Sessions"],
    };

    [Fact]
    public void Architecture_every_type_belongs_to_a_known_namespace() =>
        Assert.Equal(s_mayKnow.Keys.Order(), ModuleAssembly.Types.Select(RoomOf).Append(Core).Distinct().Order());

    [Fact]
    public void Architecture_the_scan_sees_signatures_bodies_and_closures()
    {
        HashSet<string> arrows = [.. Arrows().Select(arrow => $"{arrow.From}>{arrow.To}")];
        // One of each of these is there; if the search no longer found it, it would find nothing wrong either.
        string[] known =
        [
            "Commands>Execution", "Commands>Backends", "Commands>Parameters", "Commands>Model", "Execution>CacheKeys",
            "Execution>Conversion", "Execution>Sessions", "Execution>Core", "CacheKeys>Core", "Conversion>Engine",
            "Conversion>Core", "Sessions>Parameters", "Sessions>Core", "Backends>Execution", "Loading>Sessions",
            "Model>Core",
        ];
        Assert.Empty(known.Except(arrows));
    }

    [Fact]
    public void Architecture_no_namespace_depends_backwards()
    {
        string[] wrong = [.. Arrows()
            .Where(arrow => arrow.From != arrow.To && !s_mayKnow.GetValueOrDefault(arrow.From, []).Contains(arrow.To))
            .Select(arrow => $"{arrow.What} ({arrow.From} knows {arrow.To})")
            .Distinct()];
        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Architecture_cmdlets_have_two_bases()
    {
        Type[] commands =
            [.. ModuleAssembly.Types.Where(type => type is { IsClass: true, IsNested: false } && RoomOf(type) == "Commands")];
        Type[] bases = [.. commands.Where(type => type.IsAbstract && !type.IsSealed)];
        Assert.Equal(["CacheKitCommand", "SessionCommand"], bases.Select(type => type.Name).Order());
        Assert.All(commands.Except(bases), type => Assert.True(type.IsSealed, type.Name));
    }

    [Fact]
    public void Architecture_the_allowed_dependencies_have_no_cycle()
    {
        List<string> below = [];
        foreach ((string room, string[] known) in s_mayKnow)
        {
            Assert.Empty(known.Except(below));
            below.Add(room);
        }
    }

    private static IEnumerable<(string From, string To, string What)> Arrows() =>
        from type in ModuleAssembly.Types
        from known in TypeReferences.Of(type)
        where IsOurs(known)
        select (RoomOf(type), RoomOf(known), $"{OutermostOf(type).Name}>{OutermostOf(known).Name}");

    private static string RoomOf(Type type) => type.Namespace! switch
    {
        // What users see has the namespace CacheKit, whichever folder it lies in.
        "CacheKit" => OutermostOf(type).Name switch
        {
            "CacheKitSession" => "Sessions",
            "Ttl" or "TtlArgument" => "Parameters",
            _ => "Model",
        },
        string name when name.StartsWith("CacheKit.Core.", StringComparison.Ordinal) => Core,
        string name => name[Root.Length..],
    };

    private static Type OutermostOf(Type type) => type.DeclaringType is { } outer ? OutermostOf(outer) : type;

    private static bool IsOurs(Type type) =>
        type.Namespace is "CacheKit" || type.Namespace?.StartsWith(Root, StringComparison.Ordinal) == true;
}
