using System.Text;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Scanning.Content;

/// <summary>A web app tells nobody how it is.</summary>
internal static class HealthEndpoint
{
    private const int MaximumAssemblyLength = 64 * 1024 * 1024;

    // Names of methods are UTF-8 in an assembly, texts such as a path are UTF-16. Both spellings, since a comparison without case would need a copy.
    private static readonly byte[][] Words = [.. new[] { "health", "Health", "HEALTH" }.SelectMany(word => new[] { Encoding.UTF8.GetBytes(word), Encoding.Unicode.GetBytes(word) })];

    /// <summary>The rule's row in the catalogue.</summary>
    public static ErrorDescriptor Rule { get; } = new(
        "IMB3113", "The app seems to have no health endpoint",
        "Without one nobody can tell an instance that works from one that only runs: on the default path an accepted TCP connection has to count as healthy then (IMB7012).",
        "Map one: app.MapHealthChecks(\"/health\"), or a path of your own named by ImmutableHealthPath.");

    /// <summary>Looks for the word in the app's own assemblies. What can't be looked into, as a program in one file, is not judged.</summary>
    public static IEnumerable<Finding> Check(ContentContext context)
    {
        var run = context.Image.Config.Config;
        if (run?.ExposedPorts is not { IsEmpty: false } || run.Healthcheck is not null)
        {
            yield break;
        }

        var assemblies = OwnAssemblies(context).ToArray();
        if (assemblies.Length > 0 && !assemblies.Any(assembly => context.Image.Ask(assembly, "speaks of health", SpeaksOfHealth) is [1]))
        {
            yield return new Finding
            {
                Id = Rule.Code,
                Severity = FindingSeverity.Low,
                Subject = $"/{assemblies[0].Path}",
                Message = "It opens a port, and nothing in it speaks of health.",
                WayOut = Rule.Cure,
                Path = assemblies[0].Path,
                Layer = assemblies[0].Layer,
            };
        }
    }

    // The projects that the app's deps.json names, beside it.
    private static IEnumerable<ImageEntry> OwnAssemblies(ContentContext context) =>
        from project in context.Inventory.Components
        where project.Kind == ComponentKind.Application && !context.BaseLayers.Contains(project.Layer)
        from location in project.Locations
        let assembly = context.Image.Find($"{location[..(location.LastIndexOf('/') + 1)]}{project.Name}.dll")
        where assembly is { Kind: ImageEntryKind.File, Size: <= MaximumAssemblyLength }
        select assembly;

    private static byte[] SpeaksOfHealth(Stream content)
    {
        var assembly = new byte[content.Length];
        content.ReadExactly(assembly);
        return [Words.Any(word => assembly.AsSpan().IndexOf(word) >= 0) ? (byte)1 : (byte)0];
    }
}
