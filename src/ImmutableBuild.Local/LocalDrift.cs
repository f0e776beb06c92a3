using System.Collections.Immutable;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Images;
using ImmutableBuild.Local.Images;

namespace ImmutableBuild.Local;

/// <summary>
/// What can be otherwise than released on this machine: the files that processes run from, and the processes. What a process was started with
/// can't be changed while it runs, and the gateway starts another one when it ends.
/// </summary>
internal sealed class LocalDrift(ImageStore images)
{
    private const int MostTold = 20;

    /// <summary>
    /// All that differs. Looks at the app while the images are held: whatever runs then has its image, and no release takes it away before its files were
    /// read.
    /// </summary>
    /// <param name="observe">Looks at the app.</param>
    /// <param name="cancellationToken">Cancels waiting and reading.</param>
    public async Task<ImmutableArray<DriftFinding>> FindAsync(Func<CancellationToken, Task<Observation>> observe, CancellationToken cancellationToken)
    {
        using var held = await images.HoldAsync(cancellationToken);
        var observed = await observe(cancellationToken);
        var compared = new Dictionary<Digest, IReadOnlyList<(string Path, string Found)>>();
        var findings = ImmutableArray.CreateBuilder<DriftFinding>();
        foreach (var generation in observed.Generations.Where(generation => generation.Phase == GenerationPhase.Running))
        {
            var image = generation.Spec.Image;
            var files = compared.TryGetValue(image, out var known) ? known : compared[image] = await images.CompareAsync(image, cancellationToken);
            findings.AddRange(generation.Instances.SelectMany(instance => Of(generation.Id, instance, files)));
        }

        return findings.ToImmutable();
    }

    private static IEnumerable<DriftFinding> Of(GenerationId id, ObservedInstance instance, IReadOnlyList<(string Path, string Found)> files)
    {
        if (instance.State != InstanceState.Running)
        {
            yield return new DriftFinding(id, instance.Name, DriftKind.Missing, "process", "running", instance.ExitCode is { } code ? $"ended with code {code}" : "gone");
        }

        foreach (var (path, found) in files.Take(MostTold))
        {
            yield return new DriftFinding(id, instance.Name, DriftKind.Files, path, "as in the image", found);
        }

        if (files.Count > MostTold)
        {
            yield return new DriftFinding(id, instance.Name, DriftKind.Files, $"{files.Count - MostTold} further files", "as in the image", "changed");
        }
    }
}
