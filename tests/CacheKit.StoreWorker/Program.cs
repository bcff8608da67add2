using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using CacheKit.Core.Auditing;
using CacheKit.Core.Caching;
using CacheKit.Core.Caching.Rotation;
using CacheKit.Core.Diagnostics;
using CacheKit.Core.Formats;
using CacheKit.Core.Keys;
using CacheKit.Core.Storage;
using CacheKit.Core.Storage.Memory;
using CacheKit.Core.Storage.Sqlite;
using CacheKit.Core.Tests.Support;
using CacheKit.StoreWorker;

// A process of its own for the tests of the store:
//   write <path> <prefix> <count>            writes entries and prints each key once it is stored
//   hammer <path> <seconds> <fewest> <seed> <maxBytes>
//                                            reads, writes and removes, so long and so often at least; prints
//                                            "<operations> <errors> <first error>"
//   damage <path> <offset> <length>          overwrites a part of a file
//   audit <path> <count>                     adds lines to an audit log and prints each one's number of this process
//   fleet <store> <ring> <count> <member>    reads and writes under rings of keys, which come line by line
//   step <store> <ring>                      moves entries to the first key of the ring; prints "moved <count>" as they
//                                            are, and last "<moved> <left> <fault>"
//   footprint <count> <length>               fills a memory tier; prints "<bytes taken> <bytes accounted> <entries>"
string path = args[1];
switch (args[0])
{
    case "write":
        await WriteAsync(path, args[2], Number(args[3]));
        break;
    case "hammer":
        await HammerAsync(
            path, new Work(TimeSpan.FromSeconds(Number(args[2])), Number(args[3])), Number(args[4]), Number(args[5]));
        break;
    case "damage":
        Damage(path, Number(args[2]), Number(args[3]));
        break;
    case "audit":
        WriteAuditLog(path, Number(args[2]));
        break;
    case "fleet":
        await using (FleetMember member = new(path, args[2], Number(args[3]), Number(args[4])))
        {
            await member.RunAsync(Console.In, Console.Out);
        }

        break;
    case "step":
        await StepAsync(path, args[2]);
        break;
    case "footprint":
        MeasureFootprint(Number(args[1]), Number(args[2]));
        break;
    default:
        return 1;
}

return 0;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static async Task WriteAsync(string path, string prefix, int count)
{
    SqliteStore store = new(new SqliteStoreOptions { Path = path }, TimeProvider.System);
    for (int i = 0; i < count; i++)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{i:D7}");
        await store.SetAsync(key, SelfVerifyingValue.Create(key, i), TimeSpan.FromHours(1), CancellationToken.None);
        Console.WriteLine(key);
    }

    // Not disposed, as a script that just ends.
}

static async Task HammerAsync(string path, Work work, int seed, long maxBytes)
{
    await using SqliteStore store = new(
        new SqliteStoreOptions { Path = path, MaxBytes = maxBytes, BusyTimeout = HangGuard.Limit },
        TimeProvider.System);
    Task<(long Operations, long Errors, string First)>[] threads =
        [.. Enumerable.Range(0, 2).Select(i => Task.Run(() => HammerOneAsync(store, work, (seed * 10) + i)))];
    (long Operations, long Errors, string First)[] results = await Task.WhenAll(threads);
    long errors = results.Sum(result => result.Errors);
    string first = results.Select(result => result.First).FirstOrDefault(text => text.Length > 0) ?? string.Empty;
    while (store.TryTakeIncident(out StoreIncident? incident))
    {
        errors++;
        first = incident.Message;
    }

    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{results.Sum(result => result.Operations)} {errors} {first}"));
}

static async Task<(long Operations, long Errors, string First)> HammerOneAsync(
    SqliteStore store, Work work, int seed)
{
    Random random = new(seed);
    (long operations, long errors, string first) = (0, 0, string.Empty);
    for (long started = Stopwatch.GetTimestamp(); !work.IsDone(started, operations); operations++)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"key-{random.Next(500)}");
        try
        {
            switch (random.Next(10))
            {
                case < 6:
                    byte[]? value = await store.GetAsync(key, CancellationToken.None);
                    if (value is not null && !SelfVerifyingValue.IsFor(key, value))
                    {
                        throw new InvalidDataException($"A wrong value of {value.Length} bytes under {key}.");
                    }

                    break;
                case < 9:
                    byte[] written = SelfVerifyingValue.Create(key, random.NextInt64());
                    await store.SetAsync(key, written, TimeSpan.FromHours(1), CancellationToken.None);
                    break;
                default:
                    _ = await store.RemoveAsync(key, CancellationToken.None);
                    break;
            }
        }
        catch (Exception exception) when (exception is StoreException or InvalidDataException)
        {
            errors++;
            first = first.Length > 0 ? first : exception.ToString().ReplaceLineEndings(" | ");
        }
    }

    return (operations, errors, first);
}

static void Damage(string path, int offset, int length)
{
    byte[] garbage = new byte[length];
    new Random(offset).NextBytes(garbage);
    using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
    file.Position = offset;
    file.Write(garbage);
}

static void WriteAuditLog(string path, int count)
{
    using MasterKey master = MasterKey.FromHex(string.Concat(Enumerable.Repeat("01", MasterKey.Size)), "a test");
    using TenantKeys keys = new(master, "acme");
    AuditSubject subject = AuditSubject.Of(keys, "users", count: null);
    using AuditTrail trail = AuditTrail.Open(path, isRequired: true, TimeProvider.System);
    for (int i = 1; i <= count; i++)
    {
        // Where others are busy for longer than a trail waits, there is no such line, and it is asked for again.
        HangGuard.Until(() => TryRecord(trail, subject, i), "the line is written");
        Console.WriteLine(i);
    }
}

static bool TryRecord(AuditTrail trail, AuditSubject subject, int line)
{
    try
    {
        trail.Record(AuditEvent.Open, subject, new AuditSource("worker.ps1", line), CancellationToken.None);
        return true;
    }
    catch (CacheKitException failure) when (failure.ErrorId == ErrorIds.AuditWriteFailed)
    {
        return false;
    }
}

static async Task StepAsync(string store, string ring)
{
    await using CacheTiers tiers = FleetMember.OpenTiers(store);
    await using EntryCache cache = FleetMember.Open(tiers, ring);
    RotationTally tally = new();
    Task<RotationResult> step = new KeyRotator(cache).StepAsync(
        new RotationOptions { ThrottleLimit = 2 }, tally, CancellationToken.None).AsTask();
    long told = 0;
    while (!step.IsCompleted)
    {
        long moved = tally.Snapshot()[RotationOutcome.Moved];
        if (moved > told)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"moved {moved}"));
            told = moved;
        }

        await Task.Delay(1);
    }

    RotationResult result = await step;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{result.Counts[RotationOutcome.Moved]} {result.Counts.Left} {result.Fault?.Message}"));
}

static void MeasureFootprint(int count, int length)
{
    MemoryTier tier = new(TimeProvider.System, long.MaxValue);
    byte[] number = new byte[4];
    long before = GC.GetTotalMemory(forceFullCollection: true);
    for (int i = 0; i < count; i++)
    {
        BinaryPrimitives.WriteInt32LittleEndian(number, i);
        EntryId id = EntryId.FromBytes(SHA256.HashData(number).AsSpan(0, EntryId.ByteLength));
        tier.Set(id, new byte[length], long.MaxValue);
    }

    long taken = GC.GetTotalMemory(forceFullCollection: true) - before;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{taken} {tier.Bytes} {tier.Count}"));
}

/// <summary>How long a worker works, and how many operations each of its threads does at least.</summary>
internal readonly record struct Work(TimeSpan Duration, long Fewest)
{
    public bool IsDone(long started, long operations) =>
        operations >= Fewest && Stopwatch.GetElapsedTime(started) >= Duration;
}
