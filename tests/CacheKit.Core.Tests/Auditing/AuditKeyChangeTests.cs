using System.Text;
using CacheKit.Core.Auditing;
using CacheKit.Core.Keys;
using Xunit;

namespace CacheKit.Core.Tests.Auditing;

/// <summary>One log of several tenants, and of several master keys one after the other.</summary>
public sealed class AuditKeyChangeTests : AuditTestBase
{
    [Fact]
    public void Audit_a_log_survives_a_master_key_rotation()
    {
        Write(3, Keys(Tenant, 1));
        Write(3, Keys(Tenant, 1, 2));
        Write(3, Keys(Tenant, 2, 1));
        Write(3, Keys(Tenant, 2));
        AuditVerification found = Verify(ring: [2, 1]);
        AssertIntact(found, 12);
        Assert.Equal(12, found.VerifiedLines);

        // Without the old key its lines are vouched for by those after them.
        found = Verify(ring: [2]);
        AssertIntact(found, 12);
        Assert.Equal((6, 6), (found.VerifiedLines, found.OtherLines));
    }

    [Fact]
    public void Audit_writers_with_the_old_and_the_new_key_alternate()
    {
        for (int i = 0; i < 4; i++)
        {
            Write(1, Keys(Tenant, 1, 2));
            Write(1, Keys(Tenant, 2, 1));
        }

        AssertIntact(Verify(ring: [2, 1]), 8);
    }

    [Fact]
    public void Audit_a_log_of_a_host_that_missed_a_rotation_is_intact_with_the_old_key()
    {
        Write(3, Keys(Tenant, 1));
        Write(3, Keys(Tenant, 2));
        AssertIntact(Verify(ring: [2, 1]), 6);
        Assert.Equal((AuditProblemKind.HeadLost, 4, (long?)4), First(Verify(ring: [2])));
    }

    [Fact]
    public void Audit_a_cut_while_a_host_missed_a_rotation_is_found()
    {
        Write(3, Keys(Tenant, 1));
        List<byte[]> lines = Lines(Log);
        Put(Log, lines[..2]);
        Write(3, Keys(Tenant, 2));
        Assert.Contains(
            Verify(ring: [2, 1]).Problems,
            problem => problem is { Kind: AuditProblemKind.Missing, FileLine: 3, Number: 3 });
    }

    [Fact]
    public void Audit_each_tenant_verifies_its_own_lines_and_the_links_of_others()
    {
        for (int i = 0; i < 4; i++)
        {
            Write(1, Keys("acme"));
            Write(2, Keys("umbrella"));
        }

        AuditVerification found = Verify(tenants: ["acme"]);
        AssertIntact(found, 12);
        Assert.Equal((4, 8), (found.VerifiedLines, found.OtherLines));
        Assert.Equal((8, 4), (Verify(tenants: ["umbrella"]).VerifiedLines, Verify(tenants: ["umbrella"]).OtherLines));
        Assert.Equal(12, Verify(tenants: ["acme", "umbrella"]).VerifiedLines);
    }

    [Theory]
    [InlineData("acme")]
    [InlineData("umbrella")]
    [InlineData("nobody")]
    public void Audit_every_tenant_finds_a_change_to_any_line(string tenant)
    {
        for (int i = 0; i < 3; i++)
        {
            Write(1, Keys("acme"));
            Write(2, Keys("umbrella"));
        }

        List<byte[]> lines = Lines(Log);
        for (int i = 0; i < lines.Count; i++)
        {
            byte[] edited = Encoding.ASCII.GetBytes(
                Encoding.ASCII.GetString(lines[i]).Replace("nightly", "weekly", StringComparison.Ordinal));
            Put(Log, [.. lines[..i], edited, .. lines[(i + 1)..]]);
            Assert.Equal(i + 1, First(Verify(tenants: [tenant])).FileLine);

            Put(Log, [.. lines[..i], .. lines[(i + 1)..]]);
            Assert.Equal(i + 1, First(Verify(tenants: [tenant])).FileLine);
        }
    }

    [Fact]
    public void Audit_an_unrelated_master_key_verifies_nothing()
    {
        Write(3);
        AuditVerification found = Verify(ring: [9]);
        Assert.Equal(AuditProblemKind.HeadNotAuthentic, First(found).Kind);
        Assert.Equal((0, 3), (found.VerifiedLines, found.OtherLines));
    }

    [Fact]
    public void Audit_reading_says_which_lines_are_authentic()
    {
        Write(2, Keys("acme"));
        Write(1, Keys("umbrella"));
        List<byte[]> lines = Lines(Log);
        byte[] edited = Encoding.ASCII.GetBytes(
            Encoding.ASCII.GetString(lines[1]).Replace("nightly", "weekly", StringComparison.Ordinal));
        Put(Log, [lines[0], edited, "no line\n"u8.ToArray(), lines[2]]);
        using KeyRing ring = new(Support.TestKeys.Of(1));
        using AuditKeys keys = new(ring, "acme");
        AuditReader reader = new(keys);
        Assert.Equal([true, false, null], reader.Read(Log).Select(each => each.IsAuthentic));
        Assert.Equal(1, reader.OtherLines);
    }
}
