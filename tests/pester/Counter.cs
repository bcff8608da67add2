namespace CacheKitTest;

/// <summary>
/// How often blocks ran, in any thread and runspace. A static member is neither a variable nor a function, so a block
/// that counts has the same key as one that does not.
/// </summary>
public static class Counter
{
    private static int s_count;

    public static int Count => System.Threading.Volatile.Read(ref s_count);

    public static void Add()
    {
        System.Threading.Interlocked.Increment(ref s_count);
    }

    public static void Reset()
    {
        System.Threading.Volatile.Write(ref s_count, 0);
    }
}
