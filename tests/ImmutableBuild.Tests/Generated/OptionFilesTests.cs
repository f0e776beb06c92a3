using System.Text;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Tests.Generated;

/// <summary>The targets that read options and the page that explains them are made from the one table.</summary>
public sealed class OptionFilesTests
{
    [Fact]
    public void The_targets_collect_every_option_of_the_catalogue() =>
        GeneratedFile.ShouldBe("src/ImmutableBuild.MSBuild/build/ImmutableBuild.Options.targets", Targets());

    [Fact]
    public void The_page_of_properties_shows_every_option_of_the_catalogue() =>
        GeneratedFile.ShouldBe("docs/properties.md", Page());

    private static string Targets()
    {
        var text = new StringBuilder();
        text.Append("<Project>\n");
        text.Append("  <!-- Generated from OptionCatalogue (see OptionFilesTests): what the tasks read. -->\n");
        text.Append("  <Target Name=\"_ImmutableCollectOptions\">\n    <ItemGroup>\n");
        text.Append("      <_ImmutableOption Remove=\"@(_ImmutableOption)\" />\n      <_ImmutableItem Remove=\"@(_ImmutableItem)\" />\n");
        foreach (var option in OptionCatalogue.All)
        {
            text.Append($"      <_ImmutableOption Include=\"{option.Name}\" Value=\"$({option.Name})\" />\n");
        }

        foreach (var refused in RefusedOption.All)
        {
            text.Append($"      <_ImmutableOption Include=\"{refused.Name}\" Value=\"$({refused.Name})\" />\n");
        }

        foreach (var item in OptionCatalogue.Items)
        {
            text.Append($"      <_ImmutableItem Include=\"@({item.Name})\" ItemName=\"{item.Name}\" />\n");
        }

        return text.Append("    </ItemGroup>\n  </Target>\n</Project>\n").ToString();
    }

    private static string Page()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # Properties

            Generated from the option catalogue. Set them in the project, in `Directory.Build.props`, or with `-p:Name=value`. Those that
            begin with `Immutable` can be set by the environment variable as well; a property wins over it. NUKE parameters have the
            properties' names. Names that begin with `Container` are the .NET SDK's own.

            | property | environment variable | default | allowed | meaning |
            | --- | --- | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (var option in OptionCatalogue.All)
        {
            text.Append($"| `{option.Name}` | {Code(option.Variable)} | {Code(option.Default)} | {option.Allowed} | {option.Meaning} |\n");
        }

        text.Append("\n# Items\n\n| item | `Include` | metadata | meaning |\n| --- | --- | --- | --- |\n");
        foreach (var item in OptionCatalogue.Items)
        {
            text.Append($"| `{item.Name}` | {item.Include} | {Code(item.Metadata)} | {item.Meaning} |\n");
        }

        text.Append("\n# Container properties that are refused\n\nThe .NET SDK knows them; a release that ignored them would not be what you asked for (IMB1012).\n\n| property | why, and what to do |\n| --- | --- |\n");
        foreach (var refused in RefusedOption.All)
        {
            var limit = refused.Harmless is { } value ? $" `{value}` is let pass." : refused.UnlessSet is { } other ? $" Without effect, and let pass, where `{other}` is set." : refused.OnlyWithDockerfile ? $" Refused with `{DockerfileCatalogue.Bake.Name}=dockerfile` only." : "";
            text.Append($"| `{refused.Name}` | {refused.Why}{limit} |\n");
        }

        return text.ToString();
    }

    private static string Code(string? text) => text is null ? "" : $"`{text}`";
}
