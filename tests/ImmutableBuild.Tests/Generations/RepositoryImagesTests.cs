using System.Security.Cryptography;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Trust.Verification;

namespace ImmutableBuild.Tests.Generations;

/// <summary>What the embedded store says of an image that is to be promoted.</summary>
public sealed class RepositoryImagesTests : IDisposable
{
    private static readonly AppKey s_production = new("web", "production");
    private readonly AttestedRelease _release = new();

    private Digest Image => _release.Record.Bake!.Digest;

    public void Dispose() => _release.Dispose();

    [Fact]
    public async Task The_commit_is_the_one_that_the_signature_names()
    {
        await _release.PublishAsync();

        var image = (await FindAsync(Image)).ShouldNotBeNull();

        image.Commit.ShouldBe(_release.Record.Compile.Commit);
        image.IsDirty.ShouldBeFalse();
        (await FindAsync(Image, CommitSha.Parse(new string('b', 40))))!.Commit.ShouldBe(CommitSha.Parse(new string('b', 40)), "said by a ledger, and verified by Deploy");
    }

    [Fact]
    public async Task One_that_is_not_there_is_none()
    {
        await _release.PublishAsync();

        (await FindAsync(Digest.Of("other"u8))).ShouldBeNull();
    }

    [Fact, Trait("Fault", "F38")]
    public async Task Without_a_signature_that_counts_no_commit_is_known()
    {
        await _release.PublishAsync();
        var key = _release.Scratch["other.pub"];
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(key, other.ExportSubjectPublicKeyInfoPem(), TestContext.Current.CancellationToken);

        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => FindAsync(Image, change: options => options with { Sign = options.Sign with { TrustedKeyFiles = [key] } }));

        refused.Code.ShouldBe("IMB4010");
    }

    private Task<RepositoryImage?> FindAsync(Digest image, CommitSha? commit = null, Func<ReleaseOptions, ReleaseOptions>? change = null) =>
        new RepositoryImages(_release.Context(change)).FindAsync(s_production, "local/web", image, commit, TestContext.Current.CancellationToken);
}
