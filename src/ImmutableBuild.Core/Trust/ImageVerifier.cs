using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Trust;

/// <summary>
/// Lets an image run only when its store holds a signature by a trusted key over exactly this digest, repository and commit, and what else the policy wants.
/// Throws IMB4009 when there is no signature, IMB4010 when none is acceptable, IMB4011 when the store failed (which is never taken for
/// "unsigned"), IMB4012 when the image's bytes are not what the digest says, IMB4013 for a malformed signature manifest, IMB4020 to IMB4022 when it is signed by a key
/// of the list that is not believed now, IMB4030 to IMB4033 for what is attested.
/// </summary>
/// <param name="context">Says which keys are trusted and how stores are reached.</param>
public sealed class ImageVerifier(StageContext context) : IImageVerifier
{
    /// <inheritdoc/>
    public Task VerifyAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken) =>
        RequireAsync(app, commit, repository, image, isNew: false, cancellationToken);

    /// <inheritdoc/>
    public Task VerifyNewAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken) =>
        RequireAsync(app, commit, repository, image, isNew: true, cancellationToken);

    /// <summary>Makes every check, and tells how each ended.</summary>
    /// <param name="app">What it shall run as.</param>
    /// <param name="commit">The commit it has to be of; null takes the one that its signature names.</param>
    /// <param name="repository">Where it is.</param>
    /// <param name="image">Its digest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<VerificationReport> ReportAsync(AppKey app, CommitSha? commit, string repository, Digest image, CancellationToken cancellationToken) =>
        ReportAsync(app, commit, repository, image, isNew: true, cancellationToken);

    private async Task RequireAsync(AppKey app, CommitSha commit, string repository, Digest image, bool isNew, CancellationToken cancellationToken)
    {
        var report = await ReportAsync(app, commit, repository, image, isNew, cancellationToken);
        report.ThrowIfRefused();
        foreach (var row in report.Rows.Where(row => row.Outcome != VerificationOutcome.NotChecked))
        {
            context.Reporter.Detail($"{repository}@{image}: {row.Check} {row.Word}: {row.Detail}");
        }
    }

    private async Task<VerificationReport> ReportAsync(AppKey app, CommitSha? commit, string repository, Digest image, bool isNew, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (repository.StartsWith($"{ImageStores.Embedded}/", StringComparison.Ordinal) && repository != $"{ImageStores.Embedded}/{app.App}")
        {
            throw TrustErrors.SignatureRefused(repository, image, [$"that repository belongs to another app than '{app.App}'"]);
        }

        var policy = await VerificationPolicy.OfAsync(context.Options, cancellationToken);
        return await new ImageVerification(context, policy).RunAsync(app, commit, repository, image, isNew, cancellationToken);
    }
}
