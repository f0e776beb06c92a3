using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Tests.Generations.Simulation;

/// <summary>Specs for the simulated target: a number names the commit and, with it, the image.</summary>
public static class SimulatedSpecs
{
    public static AppKey App { get; } = new("web", "test");

    public static GenerationSpec Spec(int commit, int instances = 1, AppKey? app = null, RuntimeConfiguration? configuration = null) => new()
    {
        App = app ?? App,
        Commit = CommitSha.Parse($"{commit:x40}"),
        Image = Digest.Of(BitConverter.GetBytes(commit)),
        Repository = "local/web",
        Configuration = (configuration ?? new RuntimeConfiguration()) with { Instances = instances },
        Size = instances,
    };

    /// <summary>The number a spec was made from.</summary>
    public static int NumberOf(GenerationSpec spec) => Convert.ToInt32(spec.Commit.ToString()[^6..], 16);
}
