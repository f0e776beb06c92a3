using System.Text.RegularExpressions;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Content;

/// <summary>Something is named <c>latest</c>.</summary>
internal static partial class LatestTag
{
    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3111", "Something is named 'latest'",
        "'latest' is another thing every day, so nobody can say what is in this image, or make it again.",
        "Name the version: the base image by tag and digest, the image by its version or commit, and what a Dockerfile installs by a version.");

    /// <summary>Looks at the base's name, at labels and variables that name a version, and at the commands that made the app's layers.</summary>
    public static IEnumerable<Finding> Check(ContentContext context)
    {
        var config = context.Image.Config;
        var facts = (config.Config?.Labels ?? OciAnnotations.None).Concat(context.Image.Manifest.Annotations ?? OciAnnotations.None).DistinctBy(fact => (fact.Key, fact.Value)).ToArray();
        foreach (var (name, value) in facts)
        {
            if (name == OciAnnotations.BaseName ? IsLatestImage(value) : IsVersion().IsMatch(name) && value.Trim() == "latest")
            {
                yield return ToFinding(name == OciAnnotations.BaseName ? "base image" : $"label {name}", $"It is '{value}'.");
            }
        }

        foreach (var variable in (config.Config?.Env ?? []).Select(variable => variable.Split('=', 2)).Where(variable => variable is [var name, "latest"] && IsVersion().IsMatch(name)))
        {
            yield return ToFinding($"variable {variable[0]}", "It is 'latest'.");
        }

        foreach (var (step, command) in OwnCommands(context).Where(own => InCommand().IsMatch(own.Command)))
        {
            yield return ToFinding($"history, step {step}", $"Its command takes '{InCommand().Match(command).Value}'.");
        }
    }

    // A history has one entry for each layer beside those that made none.
    private static IEnumerable<(int Step, string Command)> OwnCommands(ContentContext context)
    {
        var layers = context.Image.Manifest.Layers;
        var (layer, step) = (0, 0);
        foreach (var entry in context.Image.Config.History ?? [])
        {
            step++;
            if (entry.EmptyLayer is not true)
            {
                if (layer < layers.Length && !context.BaseLayers.Contains(layers[layer].Digest))
                {
                    yield return (step, entry.CreatedBy ?? "");
                }

                layer++;
            }
        }
    }

    // A name without tag or digest means 'latest' as well. A colon before the last slash is a registry's port.
    private static bool IsLatestImage(string name) =>
        !name.Contains('@', StringComparison.Ordinal) && name[(name.LastIndexOf('/') + 1)..].Split(':') is [_] or [_, "latest"];

    private static Finding ToFinding(string subject, string message) => new()
    {
        Id = Rule.Code, Severity = FindingSeverity.Medium, Subject = subject, Message = message, WayOut = Rule.Cure,
    };

    [GeneratedRegex("(?i)(^|[._-])(version|tag|ref\\.name)$", RegexOptions.ExplicitCapture)]
    private static partial Regex IsVersion();

    [GeneratedRegex("[A-Za-z0-9_./-]{1,100}[@:]latest(?![A-Za-z0-9_.-])", RegexOptions.ExplicitCapture)]
    private static partial Regex InCommand();
}
