using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust;

namespace ImmutableBuild.IntegrationTests.Targets;

/// <summary>Lets every image run: what these tests make is signed by nobody.</summary>
internal sealed class AnyImage : IImageVerifier
{
    public Task VerifyAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken) => Task.CompletedTask;
}
