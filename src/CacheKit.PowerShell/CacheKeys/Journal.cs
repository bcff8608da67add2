namespace CacheKit.CacheKeys;

/// <summary>
/// What holds on every way through a block so far: a set that remembers the order in which it grew, so that a branch is
/// taken back at the price of what it added.
/// </summary>
/// <typeparam name="T">What is in it.</typeparam>
/// <param name="comparer">How it is compared.</param>
internal sealed class Journal<T>(IEqualityComparer<T>? comparer = null)
    where T : notnull
{
    private readonly Dictionary<T, int> _places = new(comparer);
    private readonly List<T> _order = [];

    /// <summary>A point to go back to.</summary>
    public int Mark => _order.Count;

    /// <summary>Adds something.</summary>
    /// <param name="item">What holds from now on.</param>
    public void Add(T item)
    {
        if (_places.TryAdd(item, _order.Count))
        {
            _order.Add(item);
        }
    }

    /// <summary>Whether something holds.</summary>
    /// <param name="item">What.</param>
    public bool Contains(T item) => _places.ContainsKey(item);

    /// <summary>Whether something held at a point.</summary>
    /// <param name="item">What.</param>
    /// <param name="mark">The point.</param>
    public bool ContainedAt(T item, int mark) => _places.TryGetValue(item, out int place) && place < mark;

    /// <summary>The last that were added.</summary>
    /// <param name="count">How many at most.</param>
    public T[] Last(int count) => [.. _order.Skip(_order.Count - count)];

    /// <summary>Goes back.</summary>
    /// <param name="mark">The point.</param>
    /// <returns>What was added since.</returns>
    public T[] Rollback(int mark)
    {
        T[] added = [.. _order.Skip(mark)];
        foreach (T item in added)
        {
            _places.Remove(item);
        }

        _order.RemoveRange(mark, added.Length);
        return added;
    }

    /// <summary>What was added since a point.</summary>
    /// <param name="mark">The point.</param>
    public T[] Since(int mark) => [.. _order.Skip(mark)];

    /// <summary>Takes out what is in the way for a while.</summary>
    /// <param name="items">What.</param>
    /// <returns>What was in it, to be put back.</returns>
    public KeyValuePair<T, int>[] Hide(IEnumerable<T> items)
    {
        KeyValuePair<T, int>[] hidden =
        [
            .. items.Where(_places.ContainsKey).Distinct().Select(item => KeyValuePair.Create(item, _places[item])),
        ];
        foreach ((T item, _) in hidden)
        {
            _places.Remove(item);
        }

        return hidden;
    }

    /// <summary>Puts back what was taken out.</summary>
    /// <param name="hidden">What <see cref="Hide"/> gave.</param>
    public void Show(KeyValuePair<T, int>[] hidden)
    {
        foreach ((T item, int place) in hidden)
        {
            _places[item] = place;
        }
    }
}
