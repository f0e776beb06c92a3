using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust;

/// <summary>
/// Lets an image run only when its store holds a signature by a trusted key over exactly this digest, repository and commit.
/// Throws IMB4009 when there is no signature, IMB4010 when none is acceptable, IMB4011 when the store failed (which is never taken for
/// "unsigned"), IMB4012 when the image's bytes are not what the digest says, IMB4013 for a malformed signature manifest.
/// </summary>
/// <param name="context">Says which keys are trusted and how stores are reached.</param>
public sealed class ImageVerifier(StageContext context) : IImageVerifier
{
    /// <inheritdoc/>
    public async Task VerifyAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (repository.StartsWith($"{ImageStores.Embedded}/", StringComparison.Ordinal) && repository != $"{ImageStores.Embedded}/{app.App}")
        {
            throw TrustErrors.SignatureRefused(repository, image, [$"that repository belongs to another app than '{app.App}'"]);
        }

        var trusted = TrustedKeys.Of(context);
        using var connector = new RegistryConnector(context.Options.Push, context.ReadVariable, context.Time);
        var store = ImageStores.Open(repository, context.Options.DataDirectory, connector, RegistryAccess.Pull);
        var found = await new SignatureCheck(store, repository, trusted).VerifyAsync(image, commit, cancellationToken);
        context.Reporter.Detail($"{repository}@{image} is signed for {commit} by key {found.Key.KeyId}");
    }
}
