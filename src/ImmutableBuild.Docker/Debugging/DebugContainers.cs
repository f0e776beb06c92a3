using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Gateways;
using ImmutableBuild.Docker.Instances;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Debugging;

namespace ImmutableBuild.Docker.Debugging;

/// <summary>
/// The containers of one copy to look at. The first only waits until the copy's time is over. The others share its process namespace, so they end
/// with it, and the engine removes containers that ended: no release or tool has to be there for it.
/// </summary>
internal sealed class DebugContainers(IDockerClient client, AppNames names, string copy)
{
    private const string ShellPath = "/bin/sh";

    /// <summary>The container that ends when the copy's time is over, and the others with it.</summary>
    public string Limit => names.Debug(copy, "limit");

    /// <summary>The copy.</summary>
    public string App => names.Debug(copy, "app");

    /// <summary>The tools beside it.</summary>
    public string Tools => names.Debug(copy, "tools");

    /// <summary>Starts them. Either all are there afterwards, or none.</summary>
    public async Task<DebugCopy> StartAsync(GenerationSpec spec, DebugRequest request, InstancePlan plan, string gatewayImage, string? toolsImage, CancellationToken cancellationToken)
    {
        try
        {
            await StartAsync(LimitOf(request, gatewayImage), cancellationToken);
            await client.Containers.CreateContainerAsync(CopyOf(plan.For(new InstancePlace("debug", App, spec.Configuration.Port ?? 0))), cancellationToken);

            // Looked for before the start: where an app ends at once its container is gone, which would pass for an image without a shell.
            if (toolsImage is null && !await HasShellAsync(cancellationToken))
            {
                throw DebugErrors.NoShell(spec.Id);
            }

            await client.Containers.StartContainerAsync(App, cancellationToken);
            if (toolsImage is null)
            {
                return new DebugCopy(client, this, App, ShellPath);
            }

            await StartAsync(await ToolsOfAsync(toolsImage, cancellationToken), cancellationToken);
            return new DebugCopy(client, this, Tools, ShellPath);
        }
        catch
        {
            await RemoveAsync();
            throw;
        }
    }

    /// <summary>Removes them all.</summary>
    public async Task RemoveAsync()
    {
        foreach (var container in new[] { Tools, App, Limit })
        {
            await Found.IfThereAsync(client.Containers.RemoveContainerAsync(container, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None));
        }
    }

    private async Task StartAsync(CreateContainerParameters parameters, CancellationToken cancellationToken)
    {
        await client.Containers.CreateContainerAsync(parameters, cancellationToken);
        await client.Containers.StartContainerAsync(parameters.Name!, cancellationToken);
    }

    private async Task<bool> HasShellAsync(CancellationToken cancellationToken) =>
        await Found.OrNullAsync(client.Containers.StatArchiveInContainerAsync(App, ShellPath, cancellationToken)) is not null;

    private CreateContainerParameters LimitOf(DebugRequest request, string image) => new()
    {
        Name = Limit,
        Image = image,
        Cmd = GatewayCommand.Limit(request.Limit),
        User = StateVolume.Owner,
        Labels = names.LabelsOf(AppNames.DebugRole),
        HostConfig = Hardening.Apply(new HostConfiguration { NetworkMode = "none", AutoRemove = true }),
    };

    private CreateContainerParameters CopyOf(CreateContainerParameters instance) => instance with
    {
        Labels = LabelsOf(instance),
        HostConfig = instance.HostConfig! with
        {
            RestartPolicy = null,
            AutoRemove = true,
            PidMode = $"container:{Limit}",
            Mounts = instance.HostConfig.Mounts is { } mounts ? [.. mounts.Select(mount => mount with { ReadOnly = true })] : null,
        },
    };

    private static Dictionary<string, string> LabelsOf(CreateContainerParameters instance) =>
        new(instance.Labels!, StringComparer.Ordinal) { [AppNames.RoleLabel] = AppNames.DebugRole };

    /// <summary>The container of the tools. It runs as the copy's own user, since no other may look into the copy's processes.</summary>
    private async Task<CreateContainerParameters> ToolsOfAsync(string image, CancellationToken cancellationToken)
    {
        var app = await client.Containers.InspectContainerAsync(App, cancellationToken);
        var owner = await new ImageOwner(client, App).FindAsync(app.Image!, cancellationToken);
        return new CreateContainerParameters
        {
            Name = Tools,
            Image = image,
            Entrypoint = [ShellPath],
            OpenStdin = true,
            Tty = true,
            User = $"{owner.User}:{owner.Group}",
            Labels = names.LabelsOf(AppNames.DebugRole),
            HostConfig = Hardening.Apply(new HostConfiguration { NetworkMode = $"container:{App}", PidMode = $"container:{Limit}", AutoRemove = true }),
        };
    }
}
