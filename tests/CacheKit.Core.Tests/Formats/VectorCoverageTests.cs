using System.Text.Json;
using CacheKit.Core.Tests.Cryptography;
using CacheKit.Core.Tests.Keys;
using CacheKit.Core.Tests.Serialization;
using CacheKit.Core.Tests.Storage.Http;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Formats;

/// <summary>No published row is forgotten: each array of each file is read by a test, which is named here.</summary>
public sealed class VectorCoverageTests
{
    private static readonly Dictionary<string, Type> s_readers = new()
    {
        ["cache-keys.json/vectors"] = typeof(InteropVectorTests),
        ["encryption.json/keyring/previous"] = typeof(EncryptionVectorTests),
        ["encryption.json/master_key_hex_reject"] = typeof(MasterKeyTests),
        ["encryption.json/raw_key_reject"] = typeof(MasterKeyTests),
        ["encryption.json/rows"] = typeof(EncryptionVectorTests),
        ["file-backend.json/vectors"] = typeof(InteropVectorTests),
        ["freshness-headers.json/fresh_for"] = typeof(FreshnessHeadersTests),
        ["freshness-headers.json/freshness_is_stale"] = typeof(FreshnessHeadersTests),
        ["interop-mode.json/aad_vectors"] = typeof(InteropVectorTests),
        ["interop-mode.json/encryption_vectors"] = typeof(Caching.InteropCacheVectorTests),
        ["interop-mode.json/error_vectors"] = typeof(InteropVectorTests),
        ["interop-mode.json/key_vectors"] = typeof(InteropVectorTests),
        ["interop-mode.json/value_vectors"] = typeof(InteropVectorTests),
        ["path-encoding.json/alternates/f(x)!*'"] = typeof(HttpStoreRequestTests),
        ["path-encoding.json/reject"] = typeof(HttpStoreRequestTests),
        ["path-encoding.json/vectors"] = typeof(HttpStoreRequestTests),
        ["python-frame.json/error_vectors"] = typeof(InteropVectorTests),
        ["python-frame.json/frame_vectors"] = typeof(InteropVectorTests),
        ["wire-format.json/vectors"] = typeof(StorageEnvelopeTests),
    };

    [Fact]
    public void Docs_every_array_of_published_vectors_has_a_test()
    {
        List<string> arrays = [];
        foreach (string file in Directory.GetFiles(Fixtures.PathOf("vectors")))
        {
            Assert.Equal(".json", Path.GetExtension(file));
            Collect(Path.GetFileName(file), InteropVectors.Load(Path.GetFileName(file)), arrays);
        }

        Assert.Equal(s_readers.Keys.Order(StringComparer.Ordinal), arrays.Order(StringComparer.Ordinal));
    }

    /// <summary>A test that does not name what it reads does not read it.</summary>
    [Fact]
    public void Docs_each_vector_test_names_its_array()
    {
        foreach ((string array, Type test) in s_readers)
        {
            string[] path = array.Split('/');
            string name = Plain(path[1]);
            string[] rooms = test.Namespace!["CacheKit.Core.Tests.".Length..].Split('.');
            string source = Plain(File.ReadAllText(
                RepositoryRoot.File(["tests", "CacheKit.Core.Tests", .. rooms, $"{test.Name}.cs"])));
            Assert.True(source.Contains(name, StringComparison.Ordinal), $"{test.Name} does not name {array}.");
        }
    }

    private static void Collect(string path, JsonElement json, List<string> arrays)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            arrays.Add(path);
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in json.EnumerateObject())
            {
                Collect($"{path}/{member.Name}", member.Value, arrays);
            }
        }
    }

    /// <summary>Names are written in several ways: some files are read into records.</summary>
    private static string Plain(string text) => text.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
