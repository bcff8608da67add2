using System.Globalization;
using System.Text;

namespace CacheKit.Core.Diagnostics;

/// <summary>
/// Writes text of OpenMetrics 1.0. Of that, only what Prometheus' older text format can say too: readers of textfile
/// collectors often know nothing else.
/// </summary>
internal sealed class OpenMetricsWriter
{
    private readonly StringBuilder _text = new();
    private string _family = string.Empty;

    /// <summary>Begins a family: all samples up to the next one belong to it.</summary>
    /// <param name="name">Its name; ends with the unit, where there is one.</param>
    /// <param name="type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    /// <param name="unit">Its unit, or null.</param>
    /// <param name="help">What it tells.</param>
    public void BeginFamily(string name, string type, string? unit, string help)
    {
        _family = name;
        _text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n");
        if (unit is not null)
        {
            _text.Append(CultureInfo.InvariantCulture, $"# UNIT {name} {unit}\n");
        }

        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {Escape(help)}\n");
    }

    /// <summary>Adds a sample with a whole number.</summary>
    /// <param name="suffix">What follows the family's name, such as <c>_total</c>.</param>
    /// <param name="labels">Names and values.</param>
    /// <param name="value">The number.</param>
    public void Add(string suffix, IEnumerable<KeyValuePair<string, string>> labels, long value) =>
        Add(suffix, labels, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a sample with a real number.</summary>
    /// <param name="suffix">What follows the family's name.</param>
    /// <param name="labels">Names and values.</param>
    /// <param name="value">The number.</param>
    public void Add(string suffix, IEnumerable<KeyValuePair<string, string>> labels, double value) =>
        Add(suffix, labels, Number(value));

    /// <summary>Ends the text, and gives it.</summary>
    public string Complete() => _text.Append("# EOF\n").ToString();

    /// <summary>A real number in the canonical form, which has a point or an exponent.</summary>
    /// <param name="value">The number; finite.</param>
    public static string Number(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return text.AsSpan().ContainsAny('.', 'e') ? text : $"{text}.0";
    }

    private void Add(string suffix, IEnumerable<KeyValuePair<string, string>> labels, string value)
    {
        string joined = string.Join(',', labels.Select(label => $"{label.Key}=\"{Escape(label.Value)}\""));
        _text.Append(CultureInfo.InvariantCulture, $"{_family}{suffix}");
        if (joined.Length > 0)
        {
            _text.Append(CultureInfo.InvariantCulture, $"{{{joined}}}");
        }

        _text.Append(CultureInfo.InvariantCulture, $" {value}\n");
    }

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);
}
