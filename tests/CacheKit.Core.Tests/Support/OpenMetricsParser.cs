using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace CacheKit.Core.Tests.Support;

/// <summary>
/// Reads text of OpenMetrics 1.0, and fails at whatever its grammar (ABNF) or its rules for families, counters, gauges
/// and histograms do not allow. Types, timestamps and exemplars that are never written are not known here.
/// </summary>
internal sealed partial class OpenMetricsParser
{
    private readonly Dictionary<string, double> _samples = new(StringComparer.Ordinal);
    private readonly HashSet<string> _families = new(StringComparer.Ordinal);
    private readonly HashSet<string> _metrics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _described = new(StringComparer.Ordinal);
    private readonly List<(double Bound, double Count)> _buckets = [];
    private string _family = string.Empty;
    private string _metric = string.Empty;
    private bool _hasSamples;

    private OpenMetricsParser()
    {
    }

    /// <summary>Reads a text.</summary>
    /// <returns>Each sample, written as it is there, with its number.</returns>
    public static IReadOnlyDictionary<string, double> Parse(string text)
    {
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        OpenMetricsParser parser = new();
        string[] lines = text.Split('\n');
        foreach (string line in lines[..^2])
        {
            parser.Read(line);
        }

        parser.EndMetric();
        return parser._samples;
    }

    private void Read(string line)
    {
        Match descriptor = Descriptor().Match(line);
        if (descriptor.Success)
        {
            Describe(descriptor.Groups[1].Value, descriptor.Groups[2].Value, descriptor.Groups[3].Value);
            return;
        }

        Match sample = Sample().Match(line);
        Assert.True(sample.Success, $"Neither a descriptor nor a sample: {line}");
        Add(sample.Groups["name"].Value, LabelsOf(sample), sample.Groups["number"].Value, line);
    }

    private void Describe(string kind, string name, string value)
    {
        if (name != _family)
        {
            EndMetric();
            Assert.True(_families.Add(name), $"The family {name} is there twice.");
            Assert.DoesNotContain(_families, family => family != name && IsTaken(name, family));
            _family = name;
            _hasSamples = false;
            _described.Clear();
        }

        Assert.False(_hasSamples, $"{kind} of {name} comes after its samples.");
        Assert.True(_described.TryAdd(kind, value), $"{kind} of {name} is there twice.");
        if (kind == "TYPE")
        {
            Assert.Contains(value, (string[])["counter", "gauge", "histogram"]);
        }
        else if (kind == "UNIT")
        {
            Assert.Matches("^[a-zA-Z0-9_:]+$", value);
            Assert.EndsWith($"_{value}", name, StringComparison.Ordinal);
        }
        else
        {
            Assert.Matches("^(?:[^\"\\\\]|\\\\[n\"\\\\])*$", value);
        }
    }

    private static bool IsTaken(string name, string family) =>
        ((string[])["_total", "_created", "_bucket", "_count", "_sum"])
            .Any(end => name == family + end || family == name + end);

    private void Add(string name, List<(string Name, string Value)> labels, string number, string line)
    {
        Assert.StartsWith(_family, name, StringComparison.Ordinal);
        _hasSamples = true;
        string suffix = name[_family.Length..];
        string type = _described["TYPE"];
        string[] allowed = type switch
        {
            "counter" => ["_total"],
            "gauge" => [string.Empty],
            _ => ["_bucket", "_count", "_sum"],
        };
        Assert.Contains(suffix, allowed);
        Assert.Equal(labels.Count, labels.Select(label => label.Name).Distinct().Count());
        Assert.DoesNotContain(labels, label => label.Name.StartsWith("__", StringComparison.Ordinal));
        Assert.Equal(suffix == "_bucket", labels.Any(label => label.Name == "le"));
        BeginMetric($"{_family}{{{string.Join(',', labels.Where(label => label.Name != "le").Order())}}}");
        double value = double.Parse(number, CultureInfo.InvariantCulture);
        Assert.True(type == "gauge" || value >= 0, $"Less than nothing: {line}");
        Assert.True(_samples.TryAdd(line[..line.LastIndexOf(' ')], value), $"There twice: {line}");
        if (type == "histogram")
        {
            AddToHistogram(suffix, labels, value, number);
        }
    }

    private void AddToHistogram(string suffix, List<(string Name, string Value)> labels, double value, string number)
    {
        if (suffix == "_bucket")
        {
            string bound = labels.Single(label => label.Name == "le").Value;
            Assert.Matches(@"^(\+Inf|[0-9]+(\.[0-9]+)?(e[+-][0-9]{2,})?)$", bound);
            Assert.True(bound == "+Inf" || bound.Contains('.') || bound.Contains('e'), $"Not canonical: {bound}");
            double parsed = bound == "+Inf"
                ? double.PositiveInfinity
                : double.Parse(bound, CultureInfo.InvariantCulture);
            Assert.True(_buckets.Count == 0 || (_buckets[^1].Bound < parsed && _buckets[^1].Count <= value));
            _buckets.Add((parsed, value));
        }
        else if (suffix == "_count")
        {
            Assert.Equal((double.PositiveInfinity, value), _buckets[^1]);
        }

        Assert.True(suffix == "_sum" || number.All(char.IsAsciiDigit), $"No whole number: {number}");
    }

    private void BeginMetric(string metric)
    {
        if (metric != _metric)
        {
            EndMetric();
            Assert.True(_metrics.Add(metric), $"The samples of {metric} are not together.");
            _metric = metric;
        }
    }

    private void EndMetric()
    {
        Assert.True(_buckets.Count == 0 || double.IsPositiveInfinity(_buckets[^1].Bound), $"No last bucket: {_metric}");
        _buckets.Clear();
    }

    private static List<(string Name, string Value)> LabelsOf(Match sample) =>
        [.. sample.Groups["label"].Captures.Zip(
            sample.Groups["value"].Captures, (label, value) => (label.Value, value.Value))];

    [GeneratedRegex("^# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$")]
    private static partial Regex Descriptor();

    [GeneratedRegex(
        "^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
        + "(?:\\{(?:(?:,|(?<=\\{))(?<label>[a-zA-Z_][a-zA-Z0-9_]*)"
        + "=\"(?<value>(?:[^\"\\\\\\n]|\\\\[n\"\\\\])*)\")*\\})?"
        + " (?<number>[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)$")]
    private static partial Regex Sample();
}
