using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Security;
using CacheKit.Core.Caching;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Keys;
using CacheKit.Pipeline;

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
            using MasterKey key = Read(ref source);
            using TenantKeys tenant = new(key, CacheFactory.DefaultTenant);
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

    private MasterKey Read(ref string source)
    {
        if (ParameterSetName == ParameterSets.Path)
        {
            source = $"the key file '{Path}'";
            return KeyFile.Read(PathResolver.Resolve(this, Path));
        }

        if (MyInvocation.BoundParameters.ContainsKey(nameof(MasterKey)))
        {
            return FromParameter(MasterKey is PSObject wrapped ? wrapped.BaseObject : MasterKey);
        }

        CacheKitEnvironment environment = CacheKitEnvironment.Capture();
        MasterKeySource? configured = MasterKeySource.Find(environment);
        source = configured?.Description ?? "none";
        return (configured ?? throw MasterKeySource.Missing()).Read(environment);
    }

    private static MasterKey FromParameter(object? value) => value switch
    {
        SecureString secret => FromSecureString(secret),
        string text => Core.Keys.MasterKey.FromHex(text, "-MasterKey"),
        byte[] bytes => Core.Keys.MasterKey.FromBytes(bytes, "-MasterKey"),
        _ => throw new CacheKitException(
            ErrorIds.MasterKeyInvalid,
            $"-MasterKey is {(value is null ? "null" : $"a {value.GetType().FullName}")}; it takes a SecureString or text of "
            + "64 hexadecimal digits, or an array of 32 bytes.",
            "Make a new one with New-CacheKitMasterKey."),
    };

    private static MasterKey FromSecureString(SecureString secret)
    {
        IntPtr clear = Marshal.SecureStringToGlobalAllocUnicode(secret);
        Span<char> digits = stackalloc char[Math.Min(secret.Length, Core.Keys.MasterKey.HexSize)];
        try
        {
            for (int i = 0; i < digits.Length; i++)
            {
                digits[i] = unchecked((char)Marshal.ReadInt16(clear, 2 * i));
            }

            return secret.Length > digits.Length
                ? throw new CacheKitException(
                    ErrorIds.MasterKeyInvalid,
                    $"-MasterKey has {secret.Length} characters; a master key is 64 hexadecimal digits (32 bytes).",
                    "Make a new one with New-CacheKitMasterKey.")
                : Core.Keys.MasterKey.FromHex(digits, "-MasterKey");
        }
        finally
        {
            digits.Clear();
            Marshal.ZeroFreeGlobalAllocUnicode(clear);
        }
    }
}
