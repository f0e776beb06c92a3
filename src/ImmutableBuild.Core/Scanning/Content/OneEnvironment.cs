using ImmutableBuild.Errors;

namespace ImmutableBuild.Scanning.Content;

/// <summary>The image is made for one environment.</summary>
internal static class OneEnvironment
{
    private static readonly string[] Variables = ["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"];

    // Settings of logging and diagnostics: they may differ between environments without tying the image to one.
    private static readonly string[] Harmless = ["Logging", "Serilog", "DetailedErrors", "$schema"];

    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3115", "The image is configured for one environment",
        "The image that was tested is to be the one that runs everywhere; what differs between environments has to come from outside of it.",
        "Set such variables and settings at deployment (ImmutableEnvironmentVariable items, secrets), and leave appsettings files of environments to what developers need at home (CopyToPublishDirectory=\"Never\").");

    /// <summary>Looks at the variables that name an environment, and at settings of one. Settings of Development that only change logging are no finding.</summary>
    public static IEnumerable<Finding> Check(ContentContext context)
    {
        foreach (var variable in (context.Image.Config.Config?.Env ?? []).Select(variable => variable.Split('=', 2)))
        {
            if (variable is [var name, var value] && Variables.Contains(name, StringComparer.Ordinal) && !value.Equals("Production", StringComparison.OrdinalIgnoreCase))
            {
                yield return new Finding { Id = Rule.Code, Severity = FindingSeverity.Medium, Subject = $"variable {name}", Message = $"It is '{value}'.", WayOut = Rule.Cure };
            }
        }

        foreach (var (file, environment, settings) in AppDirectory.Settings(context).Where(settings => settings.Environment is not null))
        {
            if (settings.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !Harmless.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } section)
            {
                yield return new Finding
                {
                    Id = Rule.Code,
                    Severity = FindingSeverity.Low,
                    Subject = $"/{file.Path}",
                    Message = $"It holds '{section}' of the environment {environment}.",
                    WayOut = Rule.Cure,
                    Path = file.Path,
                    Layer = file.Layer,
                };
            }
        }
    }
}
