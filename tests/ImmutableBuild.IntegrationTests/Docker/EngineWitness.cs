using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>What the engine itself tells of images.</summary>
internal static class EngineWitness
{
    /// <summary>
    /// What happened to an image while <paramref name="act"/> ran, as <c>load</c>, <c>pull</c>, <c>tag</c>, … in order. Others may use the engine, so
    /// <paramref name="parts"/> say which image is meant: its id, or a part of its name that no one else has.
    /// </summary>
    public static async Task<IReadOnlyList<string>> ImageEventsAsync(DockerClient client, string[] parts, Func<Task> act)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var began = (await client.System.GetSystemInfoAsync(cancellation)).SystemTime;
        await act();
        var seen = new Recorder(parts);
        var until = (await client.System.GetSystemInfoAsync(cancellation)).SystemTime;
        await client.System.MonitorEventsAsync(new ContainerEventsParameters { Since = began, Until = until, Filters = Filters.None.With("type", "image") }, seen, cancellation);
        return seen.Actions;
    }

    /// <summary>Whether the engine has an image of that name or id.</summary>
    public static async Task<bool> HasAsync(IDockerClient client, string name)
    {
        try
        {
            await client.Images.InspectImageAsync(name, TestContext.Current.CancellationToken);
            return true;
        }
        catch (DockerApiException fault) when (fault.Kind == DockerErrorKind.NotFound)
        {
            return false;
        }
    }

    private sealed class Recorder(string[] parts) : IProgress<Message>
    {
        public List<string> Actions { get; } = [];

        public void Report(Message value)
        {
            if (parts.Any(part => value.Actor?.ID?.Contains(part, StringComparison.Ordinal) is true))
            {
                Actions.Add(value.Action ?? "");
            }
        }
    }
}
