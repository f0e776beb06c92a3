using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using System.Text.RegularExpressions;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Docker.Builds;

/// <summary>Has an engine build a Dockerfile. What it makes stays in the engine, without a name: it is what the next build takes from its cache.</summary>
/// <param name="engine">The engine.</param>
/// <param name="credentials">Where its credentials for the registries of base images come from.</param>
/// <param name="say">Gets each line of the build.</param>
internal sealed partial class DockerfileBuild(IDockerClient engine, RegistryCredentials credentials, Action<string> say)
{
    /// <summary>Builds, and answers the image's id and what it is made upon. IMB2041 for a file that can't be sent, IMB2043 when the engine can't build it.</summary>
    /// <param name="options">The Dockerfile.</param>
    /// <param name="context">What is sent with it.</param>
    /// <param name="labels">Labels that the image gets beside its own.</param>
    /// <param name="cancellationToken">Ends the build, in the engine too.</param>
    public async Task<BuiltDockerfile> RunAsync(DockerfileOptions options, BuildContext context, ImmutableSortedDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        var stages = DockerfileStages.Parse(await ReadAsync(options.File, cancellationToken), options.Arguments);
        var parameters = new ImageBuildParameters { Dockerfile = context.Dockerfile, Target = options.Target, BuildArgs = options.Arguments, Labels = labels };
        var output = new BuildOutput(say);
        await SendAsync(options.File, context, parameters, await CredentialsAsync(stages, cancellationToken), output, cancellationToken);
        var id = output.Image is { } image && Id.IsMatch(image) ? image : throw DockerfileErrors.BuildFailed(options.File, output.Step, "the engine named no image at the end", output.LastLines);
        return new BuiltDockerfile(id, await FindBaseAsync(stages.BaseOf(options.Target), cancellationToken));
    }

    private async Task SendAsync(string dockerfile, BuildContext context, ImageBuildParameters parameters, Dictionary<string, RegistryCredential> registries, BuildOutput output, CancellationToken cancellationToken)
    {
        await using var archive = ContextArchive.Open(context);
        try
        {
            await engine.Images.BuildImageFromDockerfileAsync(parameters, archive, registries, output, cancellationToken);
        }
        catch when (archive.Fault is not null && !cancellationToken.IsCancellationRequested)
        {
            // The archive's own fault is the cause; engine and client can only say that the archive ended early.
            ExceptionDispatchInfo.Throw(archive.Fault);
        }
        catch (DockerApiException fault) when (fault.Kind is not (DockerErrorKind.NoReply or DockerErrorKind.NotUnderstood))
        {
            output.End();
            throw DockerfileErrors.BuildFailed(dockerfile, output.Step, fault.Detail, output.LastLines, fault, fault.IsTransient);
        }

        output.End();
    }

    private async Task<Dictionary<string, RegistryCredential>> CredentialsAsync(DockerfileStages stages, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, RegistryCredential>(StringComparer.Ordinal);
        foreach (var host in stages.Images.Select(image => ImageReference.TryParse(image, out var reference) ? reference.Host : null).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (await credentials.FindAsync(host, cancellationToken) is { } credential)
            {
                found[DockerConfigFile.ServerOf(host)] = credential;
            }
        }

        return found;
    }

    private async Task<BuiltUpon?> FindBaseAsync(string? name, CancellationToken cancellationToken)
    {
        if (name is null || !ImageReference.TryParse(name, out var reference))
        {
            return null;
        }

        try
        {
            var found = await engine.Images.InspectImageAsync(name, cancellationToken);
            var digests = (found.RepoDigests ?? []).Select(text => ImageReference.TryParse(text, out var digest) ? digest : null).OfType<ImageReference>();
            var digest = reference.Digest ?? digests.FirstOrDefault(other => (other.Host, other.Repository) == (reference.Host, reference.Repository))?.Digest;
            return new BuiltUpon(name, digest, [.. (found.RootFS?.Layers ?? []).Select(layer => Digest.TryParse(layer, out var parsed) ? parsed : (Digest?)null).OfType<Digest>()]);
        }
        catch (DockerApiException gone) when (gone.Kind == DockerErrorKind.NotFound)
        {
            // The image was removed since the build used it. Without it, only the base image is missing from the record.
            return null;
        }
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw DockerfileErrors.DockerfileMissing("a Dockerfile", file, fault);
        }
    }

    [GeneratedRegex(@"^sha256:[0-9a-f]{64}\z")]
    private static partial Regex Id { get; }
}

/// <summary>What a build made.</summary>
/// <param name="Id">The image's id in the engine.</param>
/// <param name="Base">What it is made upon; null for scratch, or where that isn't known.</param>
internal sealed record BuiltDockerfile(string Id, BuiltUpon? Base);

/// <summary>A base image as the engine has it.</summary>
/// <param name="Name">Its reference, as FROM has it.</param>
/// <param name="Digest">The digest it was pulled by; null for one that came otherwise.</param>
/// <param name="DiffIds">Its layers, uncompressed, lowest first.</param>
internal sealed record BuiltUpon(string Name, Digest? Digest, ImmutableArray<Digest> DiffIds);
