using System.CommandLine;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Tool.Commands;

/// <summary>
/// <c>immutable promote</c>: what is live in one environment, by its digest, to another. The configuration of that one is the project's, so that this runs
/// the build's target <c>Promote</c>.
/// </summary>
internal static class PromoteCommand
{
    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = "The environment whose live image is promoted.", HelpName = "environment" };
        var image = new Option<string>("--image") { Description = "The image, by its digest; with --from, the one that has to be live there.", HelpName = "digest" };
        return ToolCommand.Create("promote", "Take what is live in one environment to another: the same image, not built again.", [from, image, BuildProperties.Option], (parsed, output, cancellationToken) =>
        {
            (PropertyOption Property, string? Value)[] given = [(PromoteCatalogue.From, parsed.GetValue(from)), (PromoteCatalogue.Image, parsed.GetValue(image))];
            var properties = given.Where(each => each.Value is not null).Aggregate(BuildProperties.Read(parsed), (sum, each) => sum.SetItem(each.Property.Name, each.Value!));
            return ReleaseCommand.RunAsync("Promote", StageName.Deploy, properties, parsed, output, cancellationToken);
        });
    }
}
