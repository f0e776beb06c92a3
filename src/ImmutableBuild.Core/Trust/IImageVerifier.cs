using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Trust;

/// <summary>Decides whether an image may run. Asked before every creation of a generation, also when rolling back (F38).</summary>
public interface IImageVerifier
{
    /// <summary>Returns when signature and attestations of <paramref name="image"/> satisfy the policy; throws IMB4 when they don't.</summary>
    /// <param name="app">What it shall run as.</param>
    /// <param name="commit">The commit it claims to be made from.</param>
    /// <param name="repository">Where it is, <c>host/repository</c> or the embedded store's <c>local/app</c>.</param>
    /// <param name="image">The digest of its manifest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task VerifyAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken);

    /// <summary>
    /// The same for what a release deploys: the age of its scan counts too. What ran already may run again, whatever its scan's age, since a rollback or a
    /// heal that is refused for that would leave users with something worse.
    /// </summary>
    Task VerifyNewAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken) =>
        VerifyAsync(app, commit, repository, image, cancellationToken);
}
