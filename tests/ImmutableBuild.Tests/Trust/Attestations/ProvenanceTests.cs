using System.Globalization;
using System.Text.Json;
using ImmutableBuild.Images;
using ImmutableBuild.Releases.Source;
using ImmutableBuild.Tests.Trust.Verification;
using ImmutableBuild.Trust.Attestations;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Tests.Trust.Attestations;

/// <summary>Where an image comes from, as SLSA 1.0 has it.</summary>
public sealed class ProvenanceTests : IDisposable
{
    private static readonly Dictionary<string, string> OnGitHub = new()
    {
        ["GITHUB_ACTIONS"] = "true",
        ["GITHUB_SERVER_URL"] = "https://github.com",
        ["GITHUB_REPOSITORY"] = "o/r",
        ["GITHUB_WORKFLOW_REF"] = "o/r/.github/workflows/main.yml@refs/heads/main",
        ["GITHUB_RUN_ID"] = "42",
        ["GITHUB_RUN_ATTEMPT"] = "2",
        ["GITHUB_EVENT_NAME"] = "push",
        ["GITHUB_REPOSITORY_ID"] = "7",
        ["RUNNER_ENVIRONMENT"] = "github-hosted",
        ["GITHUB_TOKEN"] = "ghs_secret",
        ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "ghs_secret",
    };

    private readonly AttestedRelease _release = new();

    public void Dispose() => _release.Dispose();

    [Fact]
    public async Task A_release_by_hand_says_so()
    {
        var predicate = await PredicateAsync(_release);
        predicate.At("runDetails", "builder").TextOf("id").ShouldBe("https://immutablebuild.dev/builder/local@v1");
        predicate.At("runDetails", "builder", "version").TextOf("dotnet-sdk").ShouldBe("10.0.100");
        predicate.At("runDetails", "metadata").TextOf("invocationId").ShouldBe("urn:immutablebuild:release:r1");
        predicate.At("buildDefinition", "internalParameters").ValueKind.ShouldBe(JsonValueKind.Undefined);
        predicate.At("buildDefinition", "externalParameters").EnumerateObject().Select(parameter => parameter.Name).ShouldBe(["app", "bake", "project", "runtimes", "source"]);
    }

    [Fact]
    public async Task A_job_of_GitHubs_names_its_run_and_none_of_its_secrets()
    {
        var predicate = await PredicateAsync(_release, OnGitHub);
        predicate.At("runDetails", "builder").TextOf("id").ShouldBe("https://immutablebuild.dev/builder/github-actions-selfsigned@v1");
        predicate.At("runDetails", "metadata").TextOf("invocationId").ShouldBe("https://github.com/o/r/actions/runs/42/attempts/2");
        var workflow = predicate.At("buildDefinition", "externalParameters", "workflow");
        (workflow.TextOf("repository"), workflow.TextOf("path"), workflow.TextOf("ref")).ShouldBe(("https://github.com/o/r", ".github/workflows/main.yml", "refs/heads/main"));
        predicate.At("buildDefinition", "internalParameters", "github").EnumerateObject().Select(fact => (fact.Name, fact.Value.GetString())).ShouldBe(
            [("event_name", "push"), ("repository_id", "7"), ("runner_environment", "github-hosted")]);
        predicate.GetRawText().ShouldNotContain("ghs_secret");
    }

    [Fact]
    public async Task Source_base_images_and_packages_are_named_with_their_digests()
    {
        var record = _release.Record;
        var hash = Convert.ToBase64String([.. Enumerable.Range(0, 64).Select(number => (byte)number)]);
        Package[] packages = [new("Shop.Core", "2.1.0", hash), new("Autofac", "8.0.0", hash), new("Shop.Core", "2.1.0", hash)];
        using var release = new AttestedRelease
        {
            Record = record with
            {
                Compile = record.Compile with { RepositoryUrl = "https://github.com/o/r", Branch = "main", Dirty = true, Published = [record.Compile.Published[0] with { Packages = [.. packages] }] },
                Bake = record.Bake! with { BaseName = "mcr.example/runtime:10.0", Images = [record.Bake.Images[0] with { BaseDigest = Digest.Of("base"u8) }] },
            },
        };

        var dependencies = (await PredicateAsync(release)).At("buildDefinition", "resolvedDependencies").EnumerateArray().ToArray();

        dependencies.Select(dependency => dependency.TextOf("uri")).ShouldBe(
            ["git+https://github.com/o/r@refs/heads/main", "oci://mcr.example/runtime:10.0", "pkg:nuget/Autofac@8.0.0", "pkg:nuget/Shop.Core@2.1.0"]);
        dependencies[0].At("digest").TextOf("gitCommit").ShouldBe(record.Compile.Commit.ToString());
        dependencies[0].At("annotations", "immutablebuild_dirty").ValueKind.ShouldBe(JsonValueKind.True);
        dependencies[1].At("digest").TextOf("sha256").ShouldBe(Digest.Of("base"u8).Hex);
        dependencies[2].At("digest").TextOf("sha512").ShouldStartWith("000102030405");
    }

    [Fact]
    public async Task Another_run_that_says_the_same_says_nothing_new()
    {
        var first = InTotoStatement.Parse(await BytesAsync(OnGitHub));
        var second = InTotoStatement.Parse(await BytesAsync(new(OnGitHub) { ["GITHUB_RUN_ID"] = "43" }));
        var elsewhere = InTotoStatement.Parse(await BytesAsync([]));
        using var key = new SomeSigner();
        var signed = await SignedStatement.SignAsync(await BytesAsync(OnGitHub), key, TestContext.Current.CancellationToken);

        signed.Covers(first).ShouldBeTrue();
        signed.Covers(second).ShouldBeTrue("it differs in the run alone");
        signed.Covers(elsewhere).ShouldBeFalse("another builder says it");
    }

    [Fact]
    public async Task A_scan_names_who_was_asked_and_how_old_the_oldest_answer_is()
    {
        var (old, newer) = (DateTimeOffset.Parse("2026-11-01T00:00:00Z", CultureInfo.InvariantCulture), DateTimeOffset.Parse("2026-11-20T00:00:00Z", CultureInfo.InvariantCulture));
        using var release = new AttestedRelease { Record = _release.Record with { Scan = _release.Record.Scan! with { Sources = [new("osv", newer), new("feed", old), new("trivy", null)] } } };

        var scanner = (await release.StatementAsync(PredicateTypes.Scan)).At("predicate", "scanner");

        (scanner.At("db").TextOf("uri"), scanner.At("db").TextOf("lastUpdate")).ShouldBe(("osv, feed, trivy", "2026-11-01T00:00:00Z"));
        scanner.At("result", "sources").EnumerateArray().Select(source => source.TextOf("asOf")).ShouldBe(["2026-11-20T00:00:00Z", "2026-11-01T00:00:00Z", null]);
    }

    private async Task<byte[]> BytesAsync(Dictionary<string, string> variables) =>
        JsonSerializer.SerializeToUtf8Bytes(await _release.StatementAsync(PredicateTypes.Provenance, variables));

    private static async Task<JsonElement> PredicateAsync(AttestedRelease release, Dictionary<string, string>? variables = null) =>
        (await release.StatementAsync(PredicateTypes.Provenance, variables)).At("predicate");
}
