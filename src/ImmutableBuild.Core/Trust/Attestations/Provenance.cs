using System.Globalization;
using System.Reflection;
using System.Text.Json;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Trust.Attestations;

/// <summary>
/// Where an image comes from (SLSA 1.0, provenance): source, base images and packages with their digests, what was asked for, and who built it. It is the
/// build's own word, signed with the build's own key: SLSA build level 1, on GitHub too, where the workflow signs and not the platform. The builder says so.
/// </summary>
/// <param name="record">The record after Bake.</param>
/// <param name="context">The clock and the environment.</param>
internal sealed class Provenance(ReleaseRecord record, StageContext context)
{
    /// <summary>What the parameters mean: docs/trust.md.</summary>
    public const string BuildType = "https://immutablebuild.dev/buildtypes/release/v1";

    /// <summary>The parameters of <see cref="BuildType"/>. A verifier refuses others, which could mean anything (SLSA 1.0, "Verifying artifacts").</summary>
    public static readonly string[] Parameters = ["app", "bake", "baseImage", "project", "runtimes", "source", "workflow"];

    private static readonly string Version = typeof(Provenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    private readonly GitHubRun? _run = GitHubRun.Read(context.ReadVariable);
    private readonly CompileRecord _compile = record.Compile;
    private readonly BakeRecord _bake = record.Bake!;

    private bool IsDockerfile => _compile.Published.IsEmpty;

    /// <summary>Writes the predicate.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("buildDefinition");
        json.WriteString("buildType", BuildType);
        WriteParameters(json);
        _run?.WriteInternal(json);
        json.WriteStartArray("resolvedDependencies");
        WriteSource(json);
        WriteBases(json);
        WritePackages(json);
        json.WriteEndArray();
        json.WriteEndObject();
        WriteRun(json);
        json.WriteEndObject();
    }

    private void WriteParameters(Utf8JsonWriter json)
    {
        json.WriteStartObject("externalParameters");
        json.WriteString("app", context.Options.App.App);
        json.WriteString("bake", IsDockerfile ? "dockerfile" : "publish");
        if (_bake.BaseName is { } name)
        {
            json.WriteString("baseImage", name);
        }

        json.WriteString("project", _compile.Project);
        json.WriteStartArray("runtimes");
        foreach (var runtime in _compile.Published)
        {
            json.WriteStringValue(runtime.RuntimeIdentifier);
        }

        json.WriteEndArray();
        json.WriteStartObject("source");
        if (_compile.RepositoryUrl is { } url)
        {
            json.WriteString("uri", $"git+{url}");
        }

        if (_compile.Branch is { } branch)
        {
            json.WriteString("ref", $"refs/heads/{branch}");
        }

        json.WriteEndObject();
        _run?.WriteWorkflow(json);
        json.WriteEndObject();
    }

    private void WriteSource(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", "source");
        if (_compile.RepositoryUrl is { } url)
        {
            json.WriteString("uri", $"git+{url}{(_compile.Branch is { } branch ? $"@refs/heads/{branch}" : "")}");
        }

        WriteDigest(json, "gitCommit", _compile.Commit.ToString());
        if (_compile.Dirty)
        {
            json.WriteStartObject("annotations");
            json.WriteBoolean("immutablebuild_dirty", true);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteBases(Utf8JsonWriter json)
    {
        foreach (var image in _bake.Images.Where(image => image.BaseDigest is not null))
        {
            json.WriteStartObject();
            json.WriteString("name", $"base of {image.Platform}");
            json.WriteString("uri", $"oci://{_bake.BaseName}");
            WriteDigest(json, "sha256", image.BaseDigest!.Value.Hex);
            json.WriteEndObject();
        }
    }

    // NuGet's content hash, as packages.lock.json has it: of the package without its signature.
    private void WritePackages(Utf8JsonWriter json)
    {
        var packages = _compile.Published.SelectMany(output => output.Packages).Distinct();
        foreach (var package in packages.OrderBy(package => package.Id, StringComparer.OrdinalIgnoreCase).ThenBy(package => package.Version, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("uri", $"pkg:nuget/{Uri.EscapeDataString(package.Id)}@{Uri.EscapeDataString(package.Version)}");
            WriteDigest(json, "sha512", Convert.ToHexStringLower(Convert.FromBase64String(package.Hash)));
            json.WriteEndObject();
        }
    }

    private void WriteRun(Utf8JsonWriter json)
    {
        json.WriteStartObject("runDetails");
        json.WriteStartObject("builder");
        json.WriteString("id", _run is null ? Builders.Local : Builders.GitHub);
        json.WriteStartObject("version");
        json.WriteString("immutablebuild", Version);
        json.WriteString("dotnet-sdk", _compile.SdkVersion);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("metadata");
        json.WriteString("invocationId", _run?.InvocationId ?? $"urn:immutablebuild:release:{record.ReleaseId}");
        json.WriteString("finishedOn", context.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteDigest(Utf8JsonWriter json, string algorithm, string hex)
    {
        json.WriteStartObject("digest");
        json.WriteString(algorithm, hex);
        json.WriteEndObject();
    }
}
