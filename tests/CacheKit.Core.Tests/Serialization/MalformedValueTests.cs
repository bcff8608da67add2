using CacheKit.Core.Serialization;
using CacheKit.Core.Tests.Support;
using Xunit;

namespace CacheKit.Core.Tests.Serialization;

/// <summary>
/// Bytes that are no value: a <see cref="MalformedValueException"/>, never another exception, never a guess.
/// </summary>
public sealed class MalformedValueTests
{
    /// <summary>Each of these stands for the one object of a document.</summary>
    public static TheoryData<string, string> NotValues => new()
    {
        { "", "nothing" },
        { "c1", "the code that MessagePack never uses" },
        { "ce80000000", "2^31" },
        { "ceffffffff", "2^32 - 1" },
        { "cf0000000080000000", "2^31 in 64 bits" },
        { "cf8000000000000000", "2^63" },
        { "cfffffffffffffffff", "2^64 - 1" },
        { "d3ffffffff7fffffff", "-2^31 - 1" },
        { "d38000000000000000", "-2^63" },
        { "cd00", "half an integer" },
        { "cb00000000000000", "half a double" },
        { "ca000000", "half a float" },
        { "a261", "half a text" },
        { "a1ff", "text that is not UTF-8" },
        { "a3eda080", "a lone surrogate in UTF-8" },
        { "a2c080", "an overlong form in UTF-8" },
        { "dbffffffff", "4 GiB of text" },
        { "db7fffffff", "2 GiB of text" },
        { "c6ffffffff", "4 GiB of bytes" },
        { "c9ffffffff0a", "4 GiB of an integer" },
        { "c97fffffff14", "2 GiB of a secret" },
        { "ddffffffff", "4 G items" },
        { "dd7fffffff", "2 G items" },
        { "dfffffffff", "4 G pairs" },
        { "df7fffffff", "2 G pairs" },
        { "9201", "two items of which one is there" },
        { "8101", "a pair of which one is there" },
        { "d47f00", "an extension code of nobody" },
        { "d42200", "an extension code that is free" },
        { "d4ff00", "MessagePack's own time" },
        { "d40000", "an object is no scalar" },
        { "d41501", "a boolean is no extension" },
        { "d41601", "an int is no extension" },
        { "d41961", "a text is no extension" },
        { "d44101", "the mark of a list without a list" },
        { "c700", "half an extension" },
        { "c70001", "an sbyte without a byte" },
        { "d50100ff", "an sbyte of two bytes" },
        { "d4023100", "a byte and something after it" },
        { "d40300", "a short of one byte" },
        { "d60600000000", "a long of four bytes" },
        { "d40861", "a char of one byte" },
        { "d7090000000000000000", "a decimal of eight bytes" },
        { "d809ffffffffffffffffffffffffffffffff", "a decimal with impossible flags" },
        { "d809000000000000000000000000001d0000", "a decimal with 29 places" },
        { "c7090b000000000000000004", "a DateTime of a fifth kind" },
        { "c7090b7fffffffffffffff03", "a repeated hour beyond all time" },
        { "c7090b000000000000000007", "a DateTime of no kind" },
        { "c7090b7fffffffffffffff00", "a DateTime beyond all time" },
        { "c7090bffffffffffffffff00", "a DateTime before all time" },
        { "c70a0c000000000000000003e8", "an offset of 1,000 minutes" },
        { "c70a0c00000000000000008000", "an offset of -32,768 minutes" },
        { "c70a0c0000000000000000003c", "an instant before all time" },
        { "d60d00000000", "a TimeSpan of four bytes" },
        { "d70e0000000000000000", "a Guid of eight bytes" },
        { "d410ff", "a version that is not text" },
        { "d41031", "a version of one part" },
        { "c70910312e393939393939392e", "a version with an empty part" },
        { "c70d10312e39393939393939393939", "a version beyond int" },
        { "c7090f687474703a2f2f5b3a", "an impossible host" },
        { "c7020fc328", "a Uri that is not UTF-8" },
        { "d611ffffffff", "a day before all time" },
        { "d6117fffffff", "a day beyond all time" },
        { "d712ffffffffffffffff", "a time before the day" },
        { "d712000000c92a69c000", "a time after the day" },
        { "c70113ff", "half a character of text" },
        { "c703146100ff", "half a character of a secret" },
        { "92d4400001", "a typed array of objects" },
        { "92d4402201", "a typed array of a free code" },
        { "92d4408001", "a typed array of 0x80" },
        { "92d440ff01", "a typed array of 0xFF" },
        { "92d4401301", "a typed array of a way to write text" },
        { "92d4412201", "a list of a free code" },
        { "92d4420101", "an ArrayList with a detail" },
        { "93d443010101", "a Hashtable with a detail" },
        { "92d4430001", "half a pair" },
        { "92d4440001", "half an ordered pair" },
        { "93d444020101", "an order with another detail" },
        { "91d44500", "a bag without type names" },
        { "92d44501c0", "a bag with the mark of a text and none" },
        { "93d44502c0c0", "a bag with a detail" },
        { "93d44500c0a161", "a bag with a name and no value" },
        { "92d4450001", "type names that are a number" },
        { "92d445009101", "a type name that is a number" },
        { "92d4450091c0", "a type name that is null" },
        { "92d44500ddffffffff", "4 G type names" },
        { "92d4460001", "half a credential" },
        { "94d446000101c0", "more than a credential" },
        { "93d44601a161d71400000000", "a credential with a detail" },
        { "92d4470001", "an enum of one part" },
        { "94d44700a161a16101", "an enum whose number is text" },
        { "94d44700a1619101a161", "an enum whose number is an array" },
        { "94d44701a16101a161", "an enum with a detail" },
        { "93d44800a16101", "a typed text that is a number" },
        { "92d44900c0", "added members to nothing" },
        { "94d44900c001a161", "an added name and no value" },
        { "93d44901c001", "added members with a detail" },
        { "92d44a2201", "a set of a free code" },
        { "92d44b1901", "a set of text with a detail" },
        { "93d44c19a161c3", "a dictionary whose value type is text" },
        { "93d44c1922c3", "a dictionary with values of a free code" },
        { "93d44c191601", "a dictionary without its case" },
        { "93d44c2216c3", "a dictionary with keys of a free code" },
        { "94d44c1916c3a161", "half a pair of a dictionary" },
        { "92d44d0001", "a mark of nobody" },
        { "c7041a00000000", "an IntPtr of four bytes" },
        { "d41c00", "a Half of one byte" },
        { "d71d0000000000000000", "an Int128 of eight bytes" },
        { "c7051f0000000000", "an address of five bytes" },
        { "d42000", "a DBNull with something in it" },
        { "c70021", "a document of no bytes" },
        { "d42102", "a document with an impossible mark" },
        { "d5210161", "a document that is not XML" },
        { "d5210180", "a document that is not UTF-8" },
        { "92d47f0001", "the last mark of nobody" },
        { "91c70141", "half a mark" },
        { "91c7014100", "a mark in another form" },
    };

    public static TheoryData<string> HugeDeclarations =>
    [
        "dd00ffffff", "df00ffffff", "dd7fffffff", "df7fffffff", "db00ffffff", "c600ffffff", "c900ffffff0a",
        "c900ffffff14",
        "c900ffffff13", "c900ffffff0f", "dbffffffff", "ddffffffff", "92d44500dd00ffffff", "dd00ffffffd44002",
        "dd00ffffffd44100",
        "dc07d0", "dd0000157c", "92dc0000",
    ];

    [Theory]
    [MemberData(nameof(NotValues))]
    public void Value_malformed_bytes_are_refused(string hex, string what)
    {
        byte[] bytes = [0x91, .. Convert.FromHexString(hex)];
        Exception exception = Assert.ThrowsAny<Exception>(() => ValueGraph.Read(bytes));
        Assert.True(exception is MalformedValueException, $"{what}: {exception}");
        Assert.Equal("The value is not well-formed.", exception.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c0")]
    [InlineData("01")]
    [InlineData("80")]
    [InlineData("a0")]
    [InlineData("d44100")]
    [InlineData("ddffffffff")]
    public void Value_a_document_starts_with_an_array(string hex) => AssertMalformed(Convert.FromHexString(hex));

    [Fact]
    public void Value_every_truncation_is_refused()
    {
        byte[] bytes = ValueGraph.Write([.. SmallSamples()]);
        for (int length = 0; length < bytes.Length; length++)
        {
            AssertMalformed(bytes[..length]);
        }
    }

    [Fact]
    public void Value_trailing_bytes_are_refused()
    {
        foreach (object? value in SmallSamples())
        {
            byte[] bytes = ValueGraph.Write(value);
            AssertMalformed([.. bytes, 0xC0]);
            AssertMalformed([.. bytes, .. bytes]);
        }
    }

    [Theory]
    [MemberData(nameof(HugeDeclarations))]
    public void Value_a_huge_declaration_is_refused_before_allocating(string hex)
    {
        byte[] one = Convert.FromHexString(hex);
        byte[] bytes = [0x91, .. one, .. one];
        AssertMalformed(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertMalformed(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Theory]
    [InlineData(64, 4096)]
    [InlineData(1000, 64 * 1024)]
    public void Value_nested_headers_that_each_declare_the_rest_do_not_add_up(int nested, int size)
    {
        byte[] bytes = new byte[size];
        int position = 0;
        for (int i = 0; i < nested; i++)
        {
            bytes[position++] = 0xDC;
            bytes[position++] = (byte)((size - (3 * nested)) >> 8);
            bytes[position++] = 0;
        }

        NativeValueReader reader = new(bytes);
        Assert.True(reader.ReadOutput() > 0);
        MalformedValueException exception = Assert.Throws<MalformedValueException>(() => reader.Read());
        Assert.Equal("EntryMalformed", exception.ErrorId);
    }

    [Fact]
    public void Value_random_bytes_are_read_or_refused()
    {
        Random random = new(20300102);
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bytes = new byte[random.Next(1, 64)];
            random.NextBytes(bytes);
            bytes[0] = (byte)(0x90 | (bytes[0] & 3));
            AssertValueOrMalformed(bytes);
        }
    }

    [Fact]
    public void Value_altered_bytes_are_read_or_refused()
    {
        Random random = new(20300103);
        byte[][] documents = [.. SmallSamples().Select(value => ValueGraph.Write(value))];
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bytes = [.. documents[random.Next(documents.Length)]];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(1, bytes.Length)] = (byte)random.Next(256);
            }

            AssertValueOrMalformed(bytes);
        }
    }

    [Fact]
    public void Value_with_any_flipped_bit_is_read_or_refused()
    {
        foreach (object? value in SmallSamples())
        {
            byte[] bytes = ValueGraph.Write(value);
            for (int bit = 0; bit < 8 * bytes.Length; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                AssertValueOrMalformed(bytes);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    private static IEnumerable<object?> SmallSamples() =>
        SampleValues.All.Where(value => ValueGraph.Write(value).Length < 400);

    private static void AssertMalformed(byte[] bytes) =>
        Assert.Throws<MalformedValueException>(() => ValueGraph.Read(bytes));

    private static void AssertValueOrMalformed(byte[] bytes)
    {
        object?[] output;
        try
        {
            output = ValueGraph.Read(bytes);
        }
        catch (MalformedValueException)
        {
            return;
        }

        // What is accepted is a value: it can be written again.
        Assert.Equal(ValueText.Of(output), ValueText.Of(ValueGraph.Read(ValueGraph.Write(output))));
    }
}
