using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Releases;
using ImmutableBuild.Tests.Scanning;
using ImmutableBuild.Trust;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Verification;

namespace ImmutableBuild.Tests.Trust.Verification;

/// <summary>An image that is signed and attested as a release does it, in the embedded store, and what can be said of it otherwise.</summary>
internal sealed class AttestedRelease : IDisposable
{
    private const string Repository = "local/web";

    private readonly ScannedImage _image = new();

    public AttestedRelease()
    {
        var record = _image.WriteScanned();
        Record = record with { Scan = record.Scan! with { At = StageContexts.Now.AddHours(-1) } };
    }

    public ReleaseRecord Record { get; init; }

    public ScratchDirectory Scratch => _image.Scratch;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _image.Dispose();

    public StageContext Context(Func<ReleaseOptions, ReleaseOptions>? change = null, Dictionary<string, string>? variables = null) => StageContexts.Make(_image.Scratch.Path, change, variables);

    /// <summary>Signs and attests, each statement as <paramref name="change"/> makes it (null leaves it out), and pushes.</summary>
    public async Task PublishAsync(Func<string, string, string?>? change = null, Dictionary<string, string>? variables = null, Func<ReleaseOptions, ReleaseOptions>? options = null)
    {
        var context = Context(options, variables);
        var signed = (await new SignStage().RunAsync(Record, context, Ct)).Record;
        if (change is not null)
        {
            var statements = (await new ImageStatements(Record, context).WriteAsync(Ct)).Select(bytes => change(TypeOf(bytes), Encoding.UTF8.GetString(bytes))).OfType<string>();
            await ReplaceAsync(context, [.. statements]);
        }

        await new PushStage().RunAsync(signed, context, Ct);
    }

    /// <summary>The statement of one kind, as a release writes it.</summary>
    public async Task<JsonElement> StatementAsync(string predicateType, Dictionary<string, string>? variables = null, Func<ReleaseOptions, ReleaseOptions>? options = null)
    {
        var statements = await new ImageStatements(Record, Context(options, variables)).WriteAsync(Ct);
        return JsonDocument.Parse(statements.First(bytes => TypeOf(bytes) == predicateType)).RootElement;
    }

    public Task<VerificationReport> ReportAsync(Func<ReleaseOptions, ReleaseOptions> change, CommitSha? commit = null) =>
        new ImageVerifier(Context(change)).ReportAsync(new AppKey("web", "dev"), commit, Repository, Record.Bake!.Digest, Ct);

    public Task VerifyNewAsync(Func<ReleaseOptions, ReleaseOptions> change) =>
        new ImageVerifier(Context(change)).VerifyNewAsync(new AppKey("web", "dev"), Record.Compile.Commit, Repository, Record.Bake!.Digest, Ct);

    public Task VerifyAgainAsync(Func<ReleaseOptions, ReleaseOptions> change) =>
        new ImageVerifier(Context(change)).VerifyAsync(new AppKey("web", "dev"), Record.Compile.Commit, Repository, Record.Bake!.Digest, Ct);

    private async Task ReplaceAsync(StageContext context, ImmutableArray<string> statements)
    {
        var layout = OciLayout.Open(Record.Bake!.Layout);
        layout.KeepReferences(entry => OciLayout.NameOf(entry) != ReferrersTag.Of(Record.Bake.Digest), Ct);
        using var signer = await SigningKey.OpenAsync(context, Ct);
        var subject = new Descriptor { MediaType = Record.Bake.MediaType, Digest = Record.Bake.Digest, Size = new FileInfo(layout.BlobPath(Record.Bake.Digest)).Length };
        await new StatementSigning(layout, subject, signer).RunAsync([.. statements.Select(Encoding.UTF8.GetBytes)], Ct);
    }

    private static string TypeOf(byte[] statement) => InTotoStatement.Parse(statement).PredicateType;
}
