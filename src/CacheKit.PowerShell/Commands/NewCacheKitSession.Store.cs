using System.Management.Automation;
using System.Security;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Http;
using CacheKit.Core.Storage.Redis;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Parameters;

namespace CacheKit.Commands;

/// <content>The store that the parameters choose.</content>
public sealed partial class NewCacheKitSessionCommand
{
    private StoreChoice ChooseStore(CacheKitEnvironment environment) => ParameterSetName switch
    {
        ParameterSets.Memory => StoreChoice.Memory(MemoryLimit - (MemoryLimit / 2), "-Memory"),
        ParameterSets.Path => ChooseDatabase(),
        ParameterSets.Redis => ChooseRedis(environment),
        ParameterSets.Http => ChooseHttp(environment),
        ParameterSets.Backend => ChooseBackend(),
        _ => StoreChoice.FromEnvironment(environment),
    };

    private StoreChoice ChooseDatabase()
    {
        SqliteStoreOptions options = new() { Path = PathResolver.Resolve(this, Path, ErrorIds.CachePathInvalid) };
        return StoreChoice.Sqlite(IsGiven(nameof(MaxSize)) ? options with { MaxBytes = MaxSize } : options, "-Path");
    }

    private StoreChoice ChooseRedis(CacheKitEnvironment environment)
    {
        RedisStoreOptions options = StoreChoice.RedisDefaults(environment);
        string? caFile = CaFileOr(options.CaFile);
        string connection = Redis ?? string.Empty;
        bool hasUser = !string.IsNullOrEmpty(Credential?.UserName);
        return StoreChoice.Redis(
            options with
            {
                Connection = IsGiven(nameof(Database)) ? StoreChoice.WithDatabase(connection, Database) : connection,
                User = hasUser ? Credential!.UserName : null,
                Password = Credential?.Password.Copy(),
                CaFile = caFile,
                ConnectTimeout = _connectTimeout ?? options.ConnectTimeout,
                OperationTimeout = _operationTimeout ?? options.OperationTimeout,
                ListensForChanges = !NoChangeNotification,
            },
            "-Redis");
    }

    private StoreChoice ChooseHttp(CacheKitEnvironment environment)
    {
        HttpStoreOptions options = StoreChoice.HttpDefaults(environment);
        string? caFile = CaFileOr(options.CaFile);
        return StoreChoice.Http(
            options with
            {
                BaseAddress = IsGiven(nameof(Uri))
                    ? StoreChoice.AddressFrom(Uri ?? string.Empty, "-Uri")
                    : options.BaseAddress,
                // Last: what fails after it would leave a copy of a secret.
                ApiKey = ApiKeySecret(),
                AllowCustomHost = IsGiven(nameof(AllowCustomHost)) ? AllowCustomHost : options.AllowCustomHost,
                AllowPrivateAddresses =
                    IsGiven(nameof(AllowPrivateNetwork)) ? AllowPrivateNetwork : options.AllowPrivateAddresses,
                CaFile = caFile,
                ConnectTimeout = _connectTimeout ?? options.ConnectTimeout,
                OperationTimeout = _operationTimeout ?? options.OperationTimeout,
            },
            "-ApiKey");
    }

    private string? CaFileOr(string? configured) =>
        IsGiven(nameof(CaFile)) ? PathResolver.Resolve(this, CaFile, ErrorIds.CaFileInvalid) : configured;

    private SecureString ApiKeySecret()
    {
        switch (ApiKey is PSObject wrapped ? wrapped.BaseObject : ApiKey)
        {
            // Copies: a session opens its stores later, when the caller may have disposed of his.
            case SecureString secret:
                return secret.Copy();
            case string text:
                return StoreChoice.ToSecret(text);
            case PSCredential credential:
                return credential.Password.Copy();
            case var other:
                throw new CacheKitException(
                    ErrorIds.ApiKeyInvalid,
                    $"-ApiKey is {(other is null ? "null" : $"a {other.GetType().FullName}")}; it takes a SecureString "
                    + "or text.",
                    "Give the whole key of the service, such as -ApiKey (Get-Secret CacheKit).");
        }
    }
}
