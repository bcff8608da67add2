using System.Management.Automation;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Pipeline;
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

    /// <summary>Tests one key.</summary>
    protected override void ProcessRecord()
    {
        string source = "-MasterKey";
        MasterKeyReport report;
        try
        {
            using KeyRing ring = Read(ref source);
            using TenantKeys tenant = new(ring.Current, CacheFactory.DefaultTenant);
            report = new MasterKeyReport(source, tenant.Fingerprint.ToString(), null, null, null);
        }
        catch (CacheKitException failure)
        {
            report = new MasterKeyReport(source, null, failure.ErrorId, failure.Message, failure.RecommendedAction);
        }

        if (Detailed)
        {
            WriteObject(report);
            return;
        }

        if (!report.IsValid)
        {
            WriteWarning($"{report.Problem} {report.RecommendedAction}");
        }

        WriteObject(report.IsValid);
    }

    private KeyRing Read(ref string source)
    {
        if (ParameterSetName == ParameterSets.Path)
        {
            source = $"the key file '{Path}'";
            return KeyFile.Read(PathResolver.Resolve(this, Path));
        }

        if (MyInvocation.BoundParameters.ContainsKey(nameof(MasterKey)))
        {
            return new KeyRing(MasterKeyParameter.Read(MasterKey));
        }

        CacheKitEnvironment environment = CacheKitEnvironment.Capture();
        KeyRingSource? configured = KeyRingSource.Find(environment);
        source = configured?.Description ?? "none";
        return (configured ?? throw KeyRingSource.Missing()).Read(environment);
    }
}
