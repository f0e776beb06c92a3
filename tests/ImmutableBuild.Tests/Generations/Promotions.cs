using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Source;
using ImmutableBuild.Tests.Generations.Simulation;
using ImmutableBuild.Trust;

namespace ImmutableBuild.Tests.Generations;

/// <summary>Two environments on simulated targets, and a promotion from the one to the other.</summary>
public abstract class Promotions : IDisposable
{
    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected string Work { get; } = Directory.CreateTempSubdirectory("imb-promote-").FullName;

    protected World Staging { get; } = new();

    protected World Production { get; } = new();

    private protected Repository Images { get; } = new();

    private protected Verifier Verifies { get; } = new();

    protected PromoteOptions Options { get; set; } = new() { From = "staging" };

    protected RuntimeConfiguration Configuration { get; set; } = new() { Environment = ImmutableSortedDictionary<string, string>.Empty.Add("MODE", "production") };

    protected ConfigurationSource Source { get; set; } = new("src/web.csproj", SimulatedSpecs.Spec(1).Commit, IsDirty: false);

    public void Dispose()
    {
        Directory.Delete(Work, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected Task<ReleaseRecord> PromoteAsync() => PromoteAsync(Production.Reporter, Ct);

    private protected Task<ReleaseRecord> PromoteAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        var options = new ReleaseOptions { App = SimulatedSpecs.App, DataDirectory = Work, Runtime = Configuration, Rollout = Production.Plan, Promote = Options };
        var context = new StageContext(options, reporter, Production.Time, _ => null) { WorkDirectory = Work };
        return new Promote(Staging.Target, Production.Target, Verifies, Images, context).RunAsync(Source, cancellationToken);
    }

    private protected sealed class Repository : IRepositoryImages
    {
        public bool IsEmpty { get; set; }

        public CommitSha? Signed { get; set; }

        public Task<RepositoryImage?> FindAsync(AppKey app, string repository, Digest image, CommitSha? commit, CancellationToken cancellationToken) =>
            Task.FromResult(IsEmpty ? null : new RepositoryImage((commit ?? Signed)!.Value, DateTimeOffset.UnixEpoch, "1.2.3", null, IsDirty: false));
    }

    private protected sealed class Verifier : IImageVerifier
    {
        public bool Refuses { get; set; }

        public IList<Digest> New { get; } = [];

        public Task VerifyAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken) =>
            Refuses ? throw InternalErrors.Unexpected(new InvalidOperationException("not signed")) : Task.CompletedTask;

        public Task VerifyNewAsync(AppKey app, CommitSha commit, string repository, Digest image, CancellationToken cancellationToken)
        {
            New.Add(image);
            return VerifyAsync(app, commit, repository, image, cancellationToken);
        }
    }
}
