using System.Security.Cryptography;
using CacheKit.Benchmarks.Measuring;

namespace CacheKit.Benchmarks.Rows;

/// <summary>What a key costs before it is looked up.</summary>
/// <param name="runspace">Where the block's variables are.</param>
internal sealed class KeyRows(ModuleRunspace runspace)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _text = RandomNumberGenerator.GetBytes(128);

    /// <summary>The rows.</summary>
    public IEnumerable<Row> All()
    {
        yield return new Row("Key, three text variables", "one HMAC-SHA256 of 128 bytes", null, MayAllocate: true, () =>
        (
            Cost.Of(() => HMACSHA256.HashData(_key, _text)),
            runspace.Inside(
                "Key",
                "$server = 'db1.example.org'; $name = 'DbAdmin'; $role = 'reader'",
                "Measure-Key { Get-Secret $server $name $role } $count")));
    }
}
