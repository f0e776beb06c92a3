using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ImmutableBuild.Generations;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Releases.Options;

/// <summary>Parses an option's text; false when it is not one of the allowed values.</summary>
public delegate bool TryParseOption<T>(string text, out T value);

/// <summary>A kind of value: what it may be, for people, and how it is parsed.</summary>
public sealed record OptionType<T>(string Allowed, TryParseOption<T> TryParse);

/// <summary>The kinds of value that options have.</summary>
public static partial class OptionTypes
{
    /// <summary>Any text.</summary>
    public static OptionType<string> Text { get; } = new("any text", (string text, out string value) =>
    {
        value = text;
        return true;
    });

    /// <summary>A file or directory.</summary>
    public static OptionType<string> FilePath { get; } = new("a path, absolute or relative to the project", (string text, out string value) =>
    {
        value = text;
        return !text.Contains('\0', StringComparison.Ordinal);
    });

    /// <summary>Several files.</summary>
    public static OptionType<ImmutableArray<string>> FilePaths { get; } = new("paths separated by ';', absolute or relative to the project", (string text, out ImmutableArray<string> value) =>
    {
        value = [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        return !text.Contains('\0', StringComparison.Ordinal);
    });

    /// <summary>A DNS label.</summary>
    public static OptionType<string> Label { get; } = new(
        "a-z, 0-9 and '-', at most 63 characters, starting and ending with a letter or digit",
        (string text, out string value) =>
        {
            value = text;
            return AppKey.IsLabel(text);
        });

    /// <summary>The repository part of an image reference (OCI distribution-spec, "Pulling manifests", <c>&lt;name&gt;</c>).</summary>
    public static OptionType<string> Repository { get; } = new(
        "lower-case parts of a-z, 0-9, '.', '_' and '-', joined by '/'",
        (string text, out string value) =>
        {
            value = text;
            return text.Length <= 255 && RepositoryPattern.IsMatch(text);
        });

    /// <summary>A registry's host.</summary>
    public static OptionType<string> Host { get; } = new(
        "a host, optionally with a port: 'ghcr.io', 'localhost:5000'",
        (string text, out string value) =>
        {
            value = text;
            return HostPattern.IsMatch(text);
        });

    /// <summary>Several registries.</summary>
    public static OptionType<ImmutableArray<string>> Hosts { get; } = new(
        "hosts separated by ';', each optionally with a port: 'ghcr.io', 'localhost:5000'",
        (string text, out ImmutableArray<string> value) =>
        {
            value = [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
            return value.All(host => HostPattern.IsMatch(host));
        });

    /// <summary>An image's tag (OCI distribution-spec, <c>&lt;reference&gt;</c>) that can be for one image only.</summary>
    public static OptionType<string> Tag { get; } = new(
        "a tag: letters, digits, '_', '.' and '-', at most 128, never 'latest'",
        (string text, out string value) =>
        {
            value = text;
            return IsFixedTag(text);
        });

    /// <summary>Several tags.</summary>
    public static OptionType<ImmutableArray<string>> Tags { get; } = new(
        "tags separated by ';', each of letters, digits, '_', '.' and '-', at most 128, never 'latest'",
        (string text, out ImmutableArray<string> value) =>
        {
            value = [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];
            return value.All(IsFixedTag);
        });

    /// <summary>A directory of an image.</summary>
    public static OptionType<string> ImageDirectory { get; } = new(
        "an absolute directory other than '/', without '..'",
        (string text, out string value) =>
        {
            value = text;
            var parts = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
            return text.StartsWith('/') && parts.Length > 0 && parts.All(part => part is not ("." or "..") && !part.Any(char.IsControl));
        });

    /// <summary>A user of an image.</summary>
    public static OptionType<string> UserName { get; } = new(
        "a user's name or number, with a group after ':' if need be",
        (string text, out string value) =>
        {
            value = text;
            return text.Length <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');
        });

    /// <summary>The name of an environment variable.</summary>
    public static OptionType<string> VariableName { get; } = new(
        "the name of an environment variable (letters, digits and '_'), never its value",
        (string text, out string value) =>
        {
            value = text;
            return IsVariableName(text);
        });

    /// <summary>A name of a file or volume: no path.</summary>
    public static OptionType<string> FileName { get; } = new(
        "a name of letters, digits, '.', '_' and '-' (at most 63), beginning with a letter or digit",
        (string text, out string value) =>
        {
            value = text;
            return text.Length is > 0 and <= 63 && char.IsAsciiLetterOrDigit(text[0]) && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');
        });

    /// <summary>A name of a target's own setting.</summary>
    public static OptionType<string> SettingName { get; } = new(
        "a name of letters, digits, '.', '_', '-' and '/' (at most 128), beginning with a letter or digit",
        (string text, out string value) =>
        {
            value = text;
            return text.Length is > 0 and <= 128 && char.IsAsciiLetterOrDigit(text[0]) && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or '/');
        });

    /// <summary>A value of a target's own setting.</summary>
    public static OptionType<string> SettingValue { get; } = new(
        "a text of one line, not empty, at most 1024 characters",
        (string text, out string value) =>
        {
            value = text;
            return text.Length is > 0 and <= 1024 && !text.Any(char.IsControl);
        });

    /// <summary>True or false.</summary>
    public static OptionType<bool> Flag { get; } = new("true, false", (string text, out bool value) => bool.TryParse(text, out value));

    /// <summary>A TCP port; 0 leaves the choice open.</summary>
    public static OptionType<int> Port { get; } = WholeNumber(0, 65535);

    /// <summary>An IP address, as people write it: <c>1</c> and <c>0x7f.1</c>, which stand for others, are none.</summary>
    public static OptionType<IPAddress?> Address { get; } = new(
        "an IP address: '127.0.0.1', '0.0.0.0' for all of IPv4, '::' for all",
        (string text, out IPAddress? value) => IPAddress.TryParse(text, out value) && (value.AddressFamily == AddressFamily.InterNetworkV6 ? value.ScopeId == 0 && !text.Contains('[', StringComparison.Ordinal) : value.ToString() == text));

    /// <summary>A length of time.</summary>
    public static OptionType<TimeSpan> Duration { get; } = new(
        "a duration: '500ms', '30s', '2m', '1h' or 'hh:mm:ss', at most 24 hours",
        Durations.TryParse);

    /// <summary>A size of memory, in bytes. Docker takes no less than 6 MiB.</summary>
    public static OptionType<long> Bytes { get; } = new("a size with its unit: '256m' or '1g', at least 6m", TryParseBytes);

    /// <summary>A generation's id.</summary>
    public static OptionType<GenerationId?> Generation { get; } = new(
        "a generation's id, as `-t:History` shows it",
        (string text, out GenerationId? value) =>
        {
            var valid = GenerationId.TryParse(text, out var id);
            value = valid ? id : null;
            return valid;
        });

    /// <summary>Growing percentages.</summary>
    public static OptionType<ImmutableArray<int>> Percentages { get; } = new(
        "growing percentages from 1 to 99, separated by ',' or ';': '10,50'",
        TryParsePercentages);

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static OptionType<int> WholeNumber(int least, int most) => new(
        $"a whole number from {least} to {most}",
        (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, with '.' as decimal point.</summary>
    public static OptionType<double> Number(double least, double most) => new(
        $"a number from {least.ToString(CultureInfo.InvariantCulture)} to {most.ToString(CultureInfo.InvariantCulture)}",
        (string text, out double value) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);

    /// <summary>One of <paramref name="values"/>, compared without regard to case.</summary>
    public static OptionType<T> Choice<T>(params (string Text, T Value)[] values) => new(
        string.Join(", ", values.Select(choice => choice.Text)),
        (string text, out T value) =>
        {
            var found = Array.FindIndex(values, choice => string.Equals(choice.Text, text, StringComparison.OrdinalIgnoreCase));
            value = found < 0 ? values[0].Value : values[found].Value;
            return found >= 0;
        });

    /// <summary>One of <paramref name="values"/>, which stand for themselves.</summary>
    public static OptionType<string> Word(params string[] values) => Choice([.. values.Select(value => (value, value))]);

    /// <summary>Whether <paramref name="text"/> can be the name of an environment variable.</summary>
    public static bool IsVariableName(string text) => VariablePattern.IsMatch(text);

    private static bool IsFixedTag(string text) => ImageReference.IsTag(text) && !string.Equals(text, "latest", StringComparison.OrdinalIgnoreCase);

    private static bool TryParseBytes(string text, out long value)
    {
        const long Mebi = 1024 * 1024;
        const long Most = 1024 * 1024;
        var unit = text.Length == 0 ? 0 : char.ToLowerInvariant(text[^1]) switch { 'm' => Mebi, 'g' => 1024 * Mebi, _ => 0 };
        var isNumber = long.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        value = unit != 0 && isNumber && number <= Most ? number * unit : 0;
        return value >= 6 * Mebi;
    }

    private static bool TryParsePercentages(string text, out ImmutableArray<int> value)
    {
        var parts = text.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var numbers = parts.Select(part => int.TryParse(part.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        value = [.. numbers];
        return numbers.Length is > 0 and <= 20
            && numbers.All(number => number is >= 1 and <= 99)
            && numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second);
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,254}\z")]
    private static partial Regex VariablePattern { get; }

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RepositoryPattern { get; }

    [GeneratedRegex(@"\A(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:]{2,45}\])(?::[0-9]{1,5})?\z")]
    private static partial Regex HostPattern { get; }
}
