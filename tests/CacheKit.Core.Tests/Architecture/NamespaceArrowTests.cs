using System.Text.RegularExpressions;
using CacheKit.Core.Caching;
using Xunit;

namespace CacheKit.Core.Tests.Architecture;

/// <summary>The arrows between the rooms of the core point one way (DESIGN section 3).</summary>
public sealed partial class NamespaceArrowTests
{
    private const string Root = "CacheKit.Core.";

    private static readonly string[] s_belowFormats = ["Cryptography", "Files", "Diagnostics"];

    private static readonly string[] s_belowCaching =
    [
        "Auditing", "Keys", "Serialization", "Storage", "Storage.Memory", "Storage.Sqlite", "Storage.Redis",
        "Storage.Http",
        "Storage.Delegates", "Storage.Resilience", "Formats", .. s_belowFormats,
    ];

    /// <summary>Each room with all the rooms that it may know.</summary>
    private static readonly Dictionary<string, string[]> s_mayKnow = new()
    {
        ["Diagnostics"] = [],
        ["Files"] = ["Diagnostics"],
        ["Cryptography"] = ["Files", "Diagnostics"],
        ["Formats"] = s_belowFormats,
        ["Keys"] = ["Formats", .. s_belowFormats],
        ["Serialization"] = ["Formats", .. s_belowFormats],
        ["Serialization.Tables"] = ["Serialization", "Formats", .. s_belowFormats],
        ["Storage"] = ["Formats", .. s_belowFormats],
        ["Storage.Memory"] = ["Storage", "Formats", .. s_belowFormats],
        ["Storage.Sqlite"] = ["Storage", "Formats", .. s_belowFormats],
        ["Storage.Redis"] = ["Storage", "Formats", .. s_belowFormats],
        ["Storage.Http"] = ["Storage", "Formats", .. s_belowFormats],
        ["Storage.Delegates"] = ["Storage", "Formats", .. s_belowFormats],
        ["Storage.Resilience"] = ["Storage", "Formats", .. s_belowFormats],
        ["Auditing"] = ["Keys", "Formats", .. s_belowFormats],
        ["Caching.Statistics"] = s_belowFormats,
        ["Caching"] = ["Caching.Statistics", .. s_belowCaching],
        ["Caching.Inspection"] = ["Caching", .. s_belowCaching],
        ["Caching.Rotation"] = ["Caching.Inspection", "Caching", .. s_belowCaching],
    };

    private static readonly Type[] s_types =
    [
        .. typeof(EntryCache).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith(Root, StringComparison.Ordinal) == true),
    ];

    [Fact]
    public void Architecture_every_type_belongs_to_a_known_namespace()
    {
        Assert.Equal(s_mayKnow.Keys.Order(), s_types.Select(RoomOf).Distinct().Order());
        Assert.DoesNotContain(
            typeof(EntryCache).Assembly.GetExportedTypes(),
            type => type.Namespace?.StartsWith(Root, StringComparison.Ordinal) != true);
    }

    [Fact]
    public void Architecture_the_scan_sees_signatures_bodies_and_closures()
    {
        HashSet<string> arrows = [.. Arrows().Select(arrow => $"{arrow.From}>{arrow.To}")];
        // One of each of these is there; if the search no longer found it, it would find nothing wrong either.
        string[] known =
        [
            "Caching>Keys", "Caching>Storage", "Caching>Formats", "Keys>Cryptography", "Keys>Formats",
            "Keys>Diagnostics",
            "Formats>Cryptography", "Serialization>Cryptography", "Serialization>Formats", "Storage.Redis>Formats",
            "Auditing>Keys", "Auditing>Files", "Storage.Sqlite>Files", "Caching.Rotation>Caching",
        ];
        Assert.Empty(known.Except(arrows));
    }

    [Fact]
    public void Architecture_no_namespace_depends_backwards()
    {
        string[] wrong = [.. Arrows()
            .Where(arrow => arrow.From != arrow.To && !s_mayKnow[arrow.From].Contains(arrow.To))
            .Select(arrow => $"{arrow.What} ({arrow.From} knows {arrow.To})")];
        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
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

    [Fact]
    public void Architecture_there_is_one_cache_over_three_codecs()
    {
        Assert.True(typeof(EntryCache).IsSealed);
        Type[] codecs = [.. s_types.Where(type => type.IsClass && type.IsAssignableTo(typeof(IEntryCodec)))];
        Assert.Equal(["InteropCodec", "NativeCodec", "PlainCodec"], codecs.Select(type => type.Name).Order());
    }

    [Fact]
    public void Architecture_the_core_does_not_reference_PowerShell() => Assert.DoesNotContain(
        typeof(EntryCache).Assembly.GetReferencedAssemblies(),
        assembly => PowerShellAssembly().IsMatch(assembly.Name!));

    private static IEnumerable<(string From, string To, string What)> Arrows() =>
        from type in s_types
        from known in TypeReferences.Of(type)
        where known.Namespace?.StartsWith(Root, StringComparison.Ordinal) == true
        select (RoomOf(type), RoomOf(known), $"{type.FullName} uses {known.FullName}");

    private static string RoomOf(Type type) => type.Namespace![Root.Length..];

    [GeneratedRegex("Management.Automation|PowerShell", RegexOptions.IgnoreCase)]
    private static partial Regex PowerShellAssembly();
}
