using System.Collections.Immutable;

namespace ImmutableBuild.Releases.Options;

/// <summary>The .NET SDK's properties that become labels of an image. A <c>ContainerLabel</c> item of the same name wins.</summary>
public static class ImageLabelOptions
{
    private const string Prefix = "org.opencontainers.image.";

    /// <summary>Each property, with the label it becomes.</summary>
    public static ImmutableArray<(PropertyOption<string> Option, string Label)> All { get; } =
    [
        Label("ContainerDescription", "description"),
        Label("ContainerAuthors", "authors"),
        Label("ContainerInformationUrl", "url"),
        Label("ContainerDocumentationUrl", "documentation"),
        Label("ContainerVersion", "version"),
        Label("ContainerVendor", "vendor"),
        Label("ContainerLicenseExpression", "licenses"),
        Label("ContainerTitle", "title"),
    ];

    private static (PropertyOption<string>, string) Label(string property, string name) =>
        (new PropertyOption<string>(property, OptionTypes.Text, null, $"The image's label `{Prefix}{name}`."), Prefix + name);
}
