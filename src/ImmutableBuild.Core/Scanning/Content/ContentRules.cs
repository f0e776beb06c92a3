using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.Scanning.Content;

/// <summary>What a content rule looks at.</summary>
/// <param name="Image">The image.</param>
/// <param name="Inventory">The packages in it.</param>
/// <param name="BaseLayers">The layers that come from the base image; what is in them is the distribution's habit, not the app's.</param>
internal sealed record ContentContext(ImageFileSystem Image, Inventory Inventory, ImmutableHashSet<Digest> BaseLayers)
{
    /// <summary>Whether an entry comes from the base image.</summary>
    public bool IsFromBase(ImageEntry entry) => BaseLayers.Contains(entry.Layer);
}

/// <summary>The rules about what an image holds and how it runs. Each has a code; its descriptor says the reason and the way out.</summary>
internal static class ContentRules
{
    /// <summary>The rules' rows in the catalogue.</summary>
    public static ImmutableArray<ErrorDescriptor> Descriptors { get; } =
    [
        RootUser.Rule, SshServer.Rule, Secrets.PrivateKeyRule, Secrets.TokenRule, EnvironmentSecrets.Rule, PrivilegedFiles.Rule, WorldWritable.Rule, FloatingBase.Rule,
        Shells.Rule, PackageCaches.Rule, LatestTag.Rule, AppDirectoryData.Rule, HealthEndpoint.Rule, DeclaredVolumes.Rule, OneEnvironment.Rule,
    ];

    /// <summary>Everything the rules find.</summary>
    public static IEnumerable<Finding> Check(ContentContext context, CancellationToken cancellationToken) =>
    [
        .. RootUser.Check(context),
        .. SshServer.Check(context),
        .. Secrets.Check(context, cancellationToken),
        .. EnvironmentSecrets.Check(context),
        .. PrivilegedFiles.Check(context),
        .. WorldWritable.Check(context),
        .. FloatingBase.Check(context),
        .. Shells.Check(context),
        .. PackageCaches.Check(context),
        .. LatestTag.Check(context),
        .. AppDirectoryData.Check(context),
        .. HealthEndpoint.Check(context),
        .. DeclaredVolumes.Check(context),
        .. OneEnvironment.Check(context),
    ];
}
