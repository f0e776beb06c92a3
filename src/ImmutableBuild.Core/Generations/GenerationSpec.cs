using System.Text.Json.Serialization;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Generations;

/// <summary>All a target needs to create a generation, and all the ledger needs to create it again later (F28).</summary>
public sealed record GenerationSpec
{
    private Derived<GenerationSpec, GenerationId> _id;

    /// <summary>The app and environment it belongs to.</summary>
    public required AppKey App { get; init; }

    /// <summary>The commit it was made from.</summary>
    public required CommitSha Commit { get; init; }

    /// <summary>The digest of the image's manifest.</summary>
    public required Digest Image { get; init; }

    /// <summary>Where the image is: <c>host/repository</c> of a registry, or the embedded store's <c>local/app</c>. The digest is never part of it.</summary>
    public required string Repository { get; init; }

    /// <summary>How the instances run.</summary>
    public required RuntimeConfiguration Configuration { get; init; }

    /// <summary>
    /// How many instances are made: <see cref="RuntimeConfiguration.Instances"/>, or as many as the generation that serves
    /// has at that moment when it was scaled out (F16). Not part of the identity.
    /// </summary>
    public required int Size { get; init; }

    /// <summary>The derived id.</summary>
    [JsonIgnore]
    public GenerationId Id => _id.Of(this, spec => GenerationId.Derive(spec.Commit, spec.Image, spec.Configuration));
}
