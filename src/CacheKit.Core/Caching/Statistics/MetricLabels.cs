using System.Collections;

namespace CacheKit.Core.Caching.Statistics;

/// <summary>The labels of a sample, in their order.</summary>
/// <param name="labels">Names and values.</param>
internal sealed class MetricLabels(IReadOnlyList<KeyValuePair<string, string>> labels)
    : IEnumerable<KeyValuePair<string, string>>
{
    /// <summary>These labels, and one more behind them.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public MetricLabels With(string name, string value) => new([.. labels, new(name, value)]);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => labels.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
