using System.Globalization;
using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Inspection;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage.Memory;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Tells whether a session works, and what should be better: one row a check.</summary>
[Cmdlet(VerbsDiagnostic.Test, "CacheKitSession", HelpUri = HelpPages.Folder + "Test-CacheKitSession.md")]
[OutputType(typeof(SessionCheck), typeof(bool))]
public sealed class TestCacheKitSessionCommand : CacheKitCommand
{
    private const string MasterKeyCheck = "MasterKey";

    /// <summary>The session; the one in force unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public CacheKitSession? Session { get; set; }

    /// <summary>Gives true or false in place of the rows: whether no check failed.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override void Process()
    {
        CacheKitSession? session = Session ?? SessionScopes.Current;
        if (session is { IsClosed: true })
        {
            throw SessionCaches.Closed(session);
        }

        IReadOnlyList<StoreCheck> checks = session is null ? CheckEnvironment() : CheckSession(session);
        if (Quiet)
        {
            WriteObject(checks.All(check => check.Status != StoreCheckStatus.Failed));
            return;
        }

        foreach (StoreCheck check in checks)
        {
            WriteObject(new SessionCheck(check.Check, (SessionCheckStatus)check.Status, check.Detail, check.Advice));
        }
    }

    private StoreCheck[] CheckSession(CacheKitSession session)
    {
        IReadOnlyList<string> fingerprints = session.Caches.FingerprintsFor(session.Tenant);
        StoreCheck key = fingerprints.Count > 0
            ? KeyPassed(session.Caches.KeyOrigin!.Description, fingerprints)
            : CheckKey(CacheKitEnvironment.Capture(), session.Tenant);
        return [key, .. Inspect(session.Caches.Store), MemoryTierOf(session.Caches.MemoryTierBytes)];
    }

    private StoreCheck[] CheckEnvironment()
    {
        CacheKitEnvironment environment = CacheKitEnvironment.Capture();
        StoreCheck key = CheckKey(environment, TenantKeyDerivation.DefaultTenant);
        try
        {
            StoreChoice store = StoreChoice.FromEnvironment(environment);
            return
            [
                key, .. Inspect(store), .. CheckChoice(environment, store), MemoryTierOf(MemoryTier.DefaultMaxBytes),
            ];
        }
        catch (CacheKitException failure)
        {
            return [key, StoreCheck.Failed("Store", failure.Message, failure.RecommendedAction)];
        }
    }

    private IReadOnlyList<StoreCheck> Inspect(StoreChoice choice) =>
        Context.Wait(stop => new StoreInspection(choice, TimeProvider.System).RunAsync(stop));

    private static IEnumerable<StoreCheck> CheckChoice(CacheKitEnvironment environment, StoreChoice choice)
    {
        if (choice.Source == CacheKitEnvironment.RedisUrlVariable && environment.ApiKey is not null)
        {
            yield return StoreCheck.Warning(
                "Choice",
                $"{CacheKitEnvironment.RedisUrlVariable} comes before {CacheKitEnvironment.ApiKeyVariable}, which is "
                + "not used",
                $"Remove {CacheKitEnvironment.ApiKeyVariable}; or use it with New-CacheKitSession -ApiKey.");
        }
    }

    private static StoreCheck CheckKey(CacheKitEnvironment environment, string tenant)
    {
        try
        {
            if (KeyRingSource.Find(environment) is not { } source)
            {
                CacheKitException missing = KeyRingSource.Missing();
                return StoreCheck.Failed(MasterKeyCheck, missing.Message, missing.RecommendedAction);
            }

            using KeyRing ring = source.Read(environment);
            using TenantKeyRing keys = ring.ForTenant(tenant);
            return KeyPassed(source.Description, [.. keys.Keys.Select(key => key.Fingerprint.ToString())]);
        }
        catch (CacheKitException failure)
        {
            return StoreCheck.Failed(MasterKeyCheck, failure.Message, failure.RecommendedAction);
        }
    }

    private static StoreCheck KeyPassed(string source, IReadOnlyList<string> fingerprints)
    {
        string previous = (fingerprints.Count - 1) switch
        {
            0 => string.Empty,
            1 => ", and a previous key",
            int count => $", and {count} previous keys",
        };
        return StoreCheck.Passed(MasterKeyCheck, $"{source}, fingerprint {fingerprints[0]}{previous}");
    }

    private static StoreCheck MemoryTierOf(long bytes) => StoreCheck.Passed(
        "MemoryTier",
        bytes == 0
            ? "none: each call asks the store"
            : string.Create(CultureInfo.InvariantCulture, $"up to {bytes / (1024.0 * 1024):0.#} MB"));
}
