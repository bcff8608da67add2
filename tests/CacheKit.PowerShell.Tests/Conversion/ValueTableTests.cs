using System.Collections;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests.Conversion;

/// <summary>The table of values through the built module: what a hit gives is what the block gave.</summary>
/// <param name="module">One runspace for all rows.</param>
public sealed class ValueTableTests(ModuleFixture module) : IClassFixture<ModuleFixture>
{
    private const string Script = """
        param($name, $expression, $serializer)
        function Add-Note($value, $name, $note) {
            $object = [psobject]::new($value)
            $object.psobject.Properties.Add([psnoteproperty]::new($name, $note))
            , $object
        }
        function Add-Name($value, $name) {
            $object = [psobject]::new($value)
            $object.psobject.TypeNames.Insert(0, $name)
            , $object
        }
        $value = . ([scriptblock]::Create("`$value = $expression; , `$value"))
        $miss = Invoke-SecureCached -Key $name -Ttl 300 -Serializer $serializer -ArgumentList @(, $value) { param($v) , $v }
        $hit = Invoke-SecureCached -Key $name -Ttl 300 { throw 'not a hit' }
        @{ Before = $value; Miss = $miss; After = $hit }
        """;

    public static TheoryData<string> PowerShellRows => [.. ValueRows.Common, .. ValueRows.PowerShellOnly];

    public static TheoryData<string> MessagePackRows => [.. ValueRows.Common, .. ValueRows.MessagePackOnly];

    public static TheoryData<string> JsonRows => [.. ValueRows.Json];

    [Fact]
    public void Value_the_table_has_its_rows() =>
        Assert.True(PowerShellRows.Select(row => row.Data).Distinct().Count() >= 120, $"{PowerShellRows.Count} rows");

    [Theory]
    [MemberData(nameof(PowerShellRows))]
    public void Value_round_trips(string expression) => Check(expression, "PowerShell");

    [Theory]
    [MemberData(nameof(MessagePackRows))]
    public void MessagePack_round_trips_a_value(string expression) =>
        Check(expression, "MessagePack");

    [Theory]
    [MemberData(nameof(JsonRows))]
    public void Json_round_trips_a_value(string expression) => Check(expression, "Json");

    private void Check(string expression, string serializer)
    {
        ScriptResult result = module.Runspace.Run(
            $"& {{ {Script} }} @args", Guid.NewGuid().ToString(), expression, serializer);
        Hashtable values = Assert.IsType<Hashtable>(result.EnsureSuccess().Value);
        Assert.Empty(result.Warnings);
        string before = ObjectText.Of(values["Before"]);
        Assert.Equal(before, ObjectText.Of(values["Miss"]));
        Assert.Equal(before, ObjectText.Of(values["After"]));
    }
}
