using System.Globalization;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;

namespace ImmutableBuild.Docker.Instances;

/// <summary>How containers ended. The engine forgets it when it starts one again, but for its latest events.</summary>
internal sealed class ExitCodes(IDockerClient client)
{
    /// <summary>The code of the latest end of <paramref name="container"/>; null when it never ended, or nobody knows any more.</summary>
    public async Task<int?> FindAsync(ContainerInspectResponse container, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (container.State is { Running: false, Status: not "created" })
        {
            return (int)container.State.ExitCode;
        }

        if (container.RestartCount == 0)
        {
            return null;
        }

        var latest = new Latest();
        var parameters = new ContainerEventsParameters { Since = container.Created, Until = now, Filters = Filters.None.With("container", container.ID).With("event", "die") };
        await client.System.MonitorEventsAsync(parameters, latest, cancellationToken);
        return latest.Code;
    }

    private sealed class Latest : IProgress<Message>
    {
        private long _at;

        public int? Code { get; private set; }

        public void Report(Message value)
        {
            if (value.TimeNano >= _at && int.TryParse(value.Actor?.Attributes?.GetValueOrDefault("exitCode"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code))
            {
                (_at, Code) = (value.TimeNano, code);
            }
        }
    }
}
