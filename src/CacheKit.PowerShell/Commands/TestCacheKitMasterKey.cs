using System.Management.Automation;
using CacheKit.Core.Cryptography;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Parameters;
using CacheKit.Sessions;

namespace CacheKit.Commands;

/// <summary>Tells whether a master key is usable: the configured one, a given one, or that of a file.</summary>
[Cmdlet(
    VerbsDiagnostic.Test,
    "CacheKitMasterKey",
    DefaultParameterSetName = ParameterSets.Configured,
    HelpUri = HelpPages.Folder + "Test-CacheKitMasterKey.md")]
[OutputType(typeof(bool), typeof(MasterKeyReport))]
public sealed class TestCacheKitMasterKeyCommand : CacheKitCommand
{
    /// <summary>The key: 64 hexadecimal digits as SecureString or text, or 32 bytes.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Configured)]
    [AllowNull]
    [AllowEmptyString]
    public object? MasterKey { get; set; }

    /// <summary>A key file.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Path)]
    [AllowNull]
    [AllowEmptyString]
    public string? Path { get; set; }

    /// <summary>Gives a report in place of true or false.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    private protected override void Process()
    {
        string source = "-MasterKey";
        List<MasterKeyReport> reports;
        try
        {
            reports = Examine(ref source);
        }
        catch (CacheKitException failure)
        {
            reports = [new MasterKeyReport(source, failure)];
        }

        if (Detailed)
        {
            WriteObject(reports, enumerateCollection: true);
            return;
        }

        if (!reports[0].IsValid)
        {
            WriteWarning($"{reports[0].Problem} {reports[0].RecommendedAction}");
        }

        WriteObject(reports[0].IsValid);
    }

    private List<MasterKeyReport> Examine(ref string source)
    {
        if (ParameterSetName == ParameterSets.Path)
        {
            string file = source = $"the key file '{Path}'";
            return Report(KeyFile.Read(PathResolver.Resolve(this, Path)), (_, _) => file);
        }

        if (MyInvocation.BoundParameters.ContainsKey(nameof(MasterKey)))
        {
            string parameter = source;
            return Report(MasterKeyParameter.Read(MasterKey), (_, _) => parameter);
        }

        source = "none";
        CacheKitEnvironment environment = CacheKitEnvironment.Capture();
        KeyRingSource configured = KeyRingSource.Find(environment) ?? throw KeyRingSource.Missing();
        source = configured.Description;
        return Report(configured.Read(environment), (ring, index) => configured.DescribeKey(ring, index, environment));
    }

    private static List<MasterKeyReport> Report(KeyRing keys, Func<KeyRing, int, string> describe)
    {
        using KeyRing ring = keys;
        List<MasterKeyReport> reports = new(ring.Keys.Count);
        for (int i = 0; i < ring.Keys.Count; i++)
        {
            using TenantKeys tenant = new(ring.Keys[i], TenantKeyDerivation.DefaultTenant);
            reports.Add(new MasterKeyReport(
                describe(ring, i),
                i == 0 ? MasterKeyRole.Current : MasterKeyRole.Previous,
                tenant.Fingerprint.ToString()));
        }

        return reports;
    }
}
