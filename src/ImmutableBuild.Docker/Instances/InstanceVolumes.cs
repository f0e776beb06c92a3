using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Docker.Instances;

/// <summary>The volumes of instances: data, which outlives every generation, and a generation's secret files, which go with it.</summary>
internal sealed class InstanceVolumes(IDockerClient client, AppNames names)
{
    /// <summary>What an instance of <paramref name="spec"/> has mounted; null for nothing.</summary>
    public static IReadOnlyList<ContainerMount>? MountsOf(AppNames names, GenerationSpec spec)
    {
        var data = (spec.Configuration.DataVolumes?.AsEnumerable() ?? []).Select(volume => new ContainerMount("volume", names.DataVolume(volume.Key), volume.Value));
        ContainerMount[] secrets = spec.Configuration.SecretFiles is null ? [] : [new("volume", names.SecretsVolume(spec.Id), SecretFile.Directory, ReadOnly: true)];
        List<ContainerMount> mounts = [.. data, .. secrets];
        return mounts.Count > 0 ? mounts : null;
    }

    /// <summary>Makes the volumes of <paramref name="spec"/> exist, for the user of its image. Done again, it finds or replaces what is there.</summary>
    public async Task EnsureAsync(GenerationSpec spec, string image, SecretValues secrets, CancellationToken cancellationToken)
    {
        if (MountsOf(names, spec) is null)
        {
            return;
        }

        foreach (var volume in spec.Configuration.DataVolumes?.Keys ?? [])
        {
            await client.Volumes.CreateAsync(new VolumesCreateParameters { Name = names.DataVolume(volume), Labels = names.LabelsOf(AppNames.DataRole) }, cancellationToken);
        }

        if (spec.Configuration.SecretFiles is not null)
        {
            var labels = new Dictionary<string, string>(names.LabelsOf(AppNames.SecretsRole), StringComparer.Ordinal) { [AppNames.GenerationLabel] = spec.Id.ToString() };
            await client.Volumes.CreateAsync(new VolumesCreateParameters { Name = names.SecretsVolume(spec.Id), Labels = labels }, cancellationToken);
        }

        await new VolumeFilling(client, names).FillAsync(spec, image, secrets, cancellationToken);
    }

    /// <summary>Removes the secret files of generations that are not among <paramref name="known"/>: those of releases that died between two calls.</summary>
    public async Task SweepAsync(Func<Task<IEnumerable<GenerationId>>> known, CancellationToken cancellationToken)
    {
        if ((await client.Volumes.ListAsync(names.Of(AppNames.SecretsRole), cancellationToken)).Volumes is not { Count: > 0 } volumes)
        {
            return;
        }

        var kept = (await known()).Select(names.SecretsVolume).ToHashSet(StringComparer.Ordinal);
        foreach (var volume in volumes.Where(volume => !kept.Contains(volume.Name)))
        {
            await RemoveAsync(volume.Name, cancellationToken);
        }
    }

    /// <summary>Removes the secret files of <paramref name="generation"/> once none of its instances is left.</summary>
    public Task RemoveSecretsAsync(GenerationId generation, CancellationToken cancellationToken) => RemoveAsync(names.SecretsVolume(generation), cancellationToken);

    private async Task RemoveAsync(string volume, CancellationToken cancellationToken)
    {
        try
        {
            await Found.IfThereAsync(client.Volumes.RemoveAsync(volume, cancellationToken));
        }
        catch (DockerApiException fault) when (fault.Kind == DockerErrorKind.Conflict)
        {
            // Another instance still has the volume: it goes with the last one.
        }
    }
}
