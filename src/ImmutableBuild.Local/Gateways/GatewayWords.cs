using System.Globalization;
using System.Text.RegularExpressions;
using ImmutableBuild.Errors;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local.Gateways;

/// <summary>What a gateway that could not start wrote to its standard error: <c>IMBnnnn: message</c>.</summary>
internal static partial class GatewayWords
{
    private const string PortTaken = "IMB6051";

    /// <summary>Whether the gateway only ended because another one has the state directory.</summary>
    public static bool IsAlreadyKept(string words) => Code().Match(words).Groups["code"].Value == GatewayErrors.AlreadyKeptCode;

    /// <summary>Whether the gateway ended because the public port was taken.</summary>
    public static bool IsPortTaken(string words) => Code().Match(words).Groups["code"].Value == PortTaken;

    /// <summary>The gateway's own error, with the listening process where a port was taken; IMB6102 with its words when it gave none.</summary>
    public static ImmutableBuildException ToError(AppKey app, string words, int? exitCode)
    {
        var match = Code().Match(words);
        if (!match.Success || ErrorCatalogue.Find(match.Groups["code"].Value) is not { } descriptor)
        {
            return LocalErrors.GatewayNotStarted(app, $"it ended with exit code {exitCode?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}. {words}");
        }

        var message = match.Groups["message"].Value.Trim();
        return new ImmutableBuildException(new Diagnostic(descriptor, descriptor.Code == PortTaken ? message + Listener(message) : message));
    }

    private static string Listener(string message) =>
        Port().Match(message) is { Success: true } match
        && ListeningProcess.Describe(int.Parse(match.Groups["port"].Value, NumberStyles.None, CultureInfo.InvariantCulture)) is { } process
            ? $" It is {process} that listens there."
            : "";

    [GeneratedRegex(@"^(?<code>IMB\d{4}): (?<message>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@":(?<port>\d{1,5})\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Port();
}
