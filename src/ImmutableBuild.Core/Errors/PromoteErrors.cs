using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Source;

namespace ImmutableBuild.Errors;

/// <summary>IMB8023-8029: promoting an image from one environment to the next.</summary>
public static class PromoteErrors
{
    private static readonly ErrorDescriptor NothingLiveDescriptor = new(
        "IMB8023", "Nothing is live where the image is to come from",
        "The environment that ImmutablePromoteFrom names has no traffic on this target: it was never released to, or was stopped.",
        "Release to it first, with the same target and data directory; or name the image by its digest with ImmutablePromoteImage.");

    private static readonly ErrorDescriptor NotProvenDescriptor = new(
        "IMB8024", "What is live where the image is to come from is not proven",
        "A release there has not ended, so that its gate may still refuse what it brings; or what has traffic there failed or does not answer. Only what serves well in one environment is promoted to the next.",
        "Wait for that release to end, or mend what does not answer there, and promote again; or name the image you mean by its digest with ImmutablePromoteImage alone.");

    private static readonly ErrorDescriptor NoSourceDescriptor = new(
        "IMB8025", "Where the image comes from is not said",
        "A promotion takes the image that is live in another environment, or one that is named by its digest.",
        "Set ImmutablePromoteFrom to the environment it comes from and ImmutableEnvironment to the one it goes to, or ImmutablePromoteImage to the image's digest.");

    private static readonly ErrorDescriptor OtherRepositoryDescriptor = new(
        "IMB8026", "The image to promote is named in another repository",
        "An environment runs images of its own repository alone, and ImmutablePromoteImage names another one.",
        "Name the image in that repository, or by its digest alone; where it is missing there, push it to both with ImmutableMirrorRegistries.");

    private static readonly ErrorDescriptor NotInRepositoryDescriptor = new(
        "IMB8027", "The image to promote is not where the environment reads",
        "The repository that the environment's images come from (ContainerRegistry and ContainerRepository, or the embedded store) has no image of this digest. A promotion builds and copies nothing.",
        "Let both environments read one repository, or have Push bring the image to both with ImmutableMirrorRegistries.");

    private static readonly ErrorDescriptor OtherImageDescriptor = new(
        "IMB8028", "Another image is live there by now",
        "ImmutablePromoteFrom and ImmutablePromoteImage are both set, so that what was approved is promoted and nothing else, and the environment has moved on since.",
        "Look at what is live there now and approve that; or leave ImmutablePromoteFrom out to promote the image that was approved.");

    private static readonly ErrorDescriptor OtherConfigurationDescriptor = new(
        "IMB8029", "The configuration is not of the image's commit",
        "An image is promoted with the configuration of the environment it goes to, as the project says it in the working copy: variables, port, health path, number of instances. That working copy is not the commit that the image was made from, or has changes.",
        "Nothing, where the configuration is meant to be newer than the image: the gate judges both together. Otherwise check out the image's commit and promote again.");

    /// <summary>The rows of this range.</summary>
    public static ImmutableArray<ErrorDescriptor> All { get; } =
    [
        NothingLiveDescriptor, NotProvenDescriptor, NoSourceDescriptor, OtherRepositoryDescriptor, NotInRepositoryDescriptor, OtherImageDescriptor, OtherConfigurationDescriptor,
    ];

    /// <summary>No generation has traffic in the environment that the image is to come from.</summary>
    public static ImmutableBuildException NothingLive(AppKey from, GenerationId? last) => new(new Diagnostic(
        NothingLiveDescriptor,
        $"{from} has nothing live to promote{(last is { } id ? $"; {id} was live last" : ", and nothing of it was live yet")}. Release to it first, or name the image with ImmutablePromoteImage."));

    /// <summary>The release of the generation that is to be promoted has not ended.</summary>
    public static ImmutableBuildException OnTrial(AppKey from, GenerationId trial, LeaseState? lease) => new(new Diagnostic(
        NotProvenDescriptor,
        $"A release in {from} has not ended: the gate's verdict on {trial} is still to come{(lease is null ? ", and nobody works on it, so that the release was killed; run it again" : $" ({lease.Holder}). Wait for it")}, then promote."));

    /// <summary>The generation that is to be promoted has failed, and keeps its traffic only since nothing else can serve.</summary>
    public static ImmutableBuildException Failed(AppKey from, GenerationId failed, string why) => new(new Diagnostic(
        NotProvenDescriptor, $"{failed} has traffic in {from} and failed, so it is not promoted: {why}"));

    /// <summary>The generation that is to be promoted does not answer.</summary>
    public static ImmutableBuildException NotAnswering(AppKey from, GenerationId live) => new(new Diagnostic(
        NotProvenDescriptor, $"{live} is live in {from} and does not answer, so it is not promoted. Mend it there, or name the image you mean with ImmutablePromoteImage alone."));

    /// <summary>Neither an environment nor an image was named.</summary>
    public static ImmutableBuildException NoSource(AppKey to) => new(new Diagnostic(
        NoSourceDescriptor, $"What to promote to {to} is not said: set ImmutablePromoteFrom to the environment it comes from, or ImmutablePromoteImage to an image's digest."));

    /// <summary>The image is to be promoted from an environment to itself.</summary>
    public static ImmutableBuildException SameEnvironment(AppKey to) => new(new Diagnostic(
        NoSourceDescriptor, $"ImmutablePromoteFrom and ImmutableEnvironment are both '{to.Environment}': expected the environment that the image comes from, and the one that it goes to."));

    /// <summary>The image is named in another repository than the one that the environment reads.</summary>
    public static ImmutableBuildException OtherRepository(AppKey to, string expected, string found) => new(new Diagnostic(
        OtherRepositoryDescriptor, $"{to} runs images of {expected}, and ImmutablePromoteImage names one of {found}. Name it in that repository, or by its digest alone."));

    /// <summary>The repository has no such image.</summary>
    public static ImmutableBuildException NotInRepository(AppKey to, string repository, Digest image, string? elsewhere) => new(new Diagnostic(
        NotInRepositoryDescriptor,
        $"{to} reads {repository}, which has no image {image}{(elsewhere is not null && elsewhere != repository ? $"; it runs from {elsewhere} where it is live" : "")}. Nothing was deployed. Let both environments read one repository, or have Push bring the image to both with ImmutableMirrorRegistries."));

    /// <summary>Another image is live there than the one that was named.</summary>
    public static ImmutableBuildException OtherImage(AppKey from, GenerationSpec live, Digest approved) => new(new Diagnostic(
        OtherImageDescriptor, $"{from} has {live.Id} live, of image {live.Image}; ImmutablePromoteImage names {approved}. Nothing was deployed. Approve what is live there now, or leave ImmutablePromoteFrom out to promote the one that was approved."));

    /// <summary>The working copy is not the image's commit.</summary>
    public static Diagnostic OtherConfiguration(AppKey to, CommitSha image, ConfigurationSource configuration) => new(
        OtherConfigurationDescriptor,
        $"The image is of commit {image.Abbreviated}, and the configuration that {to} gets is that of {configuration}. The gate judges the two together; to promote it with the configuration it was made with, check {image.Abbreviated} out first.",
        Severity.Warning);
}
