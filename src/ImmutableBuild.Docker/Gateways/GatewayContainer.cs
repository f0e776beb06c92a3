using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Images;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;

namespace ImmutableBuild.Docker.Gateways;

/// <summary>The container of an app's gateway, with the network and the volume that it needs.</summary>
internal sealed class GatewayContainer(IDockerClient client, AppNames names, DockerTargetOptions options)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_choosing = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How many networks may be lost, one after another, to releases that end at the moment this one begins.</summary>
    private const int MostNetworks = 3;

    /// <summary>The gateway's container as the engine has it now; null when there is none.</summary>
    public Task<ContainerInspectResponse?> FindAsync(CancellationToken cancellationToken) => Found.OrNullAsync(client.Containers.InspectContainerAsync(names.Gateway, cancellationToken));

    /// <summary>Finds it, or creates it with all that it needs, and starts it.</summary>
    /// <param name="published">Where a new one is published; null for nowhere.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<ContainerInspectResponse> StartAsync(PublishedPort? published, CancellationToken cancellationToken)
    {
        for (var began = options.Time.GetTimestamp(); ; await Task.Delay(s_pause, options.Time, cancellationToken))
        {
            if (await FindAsync(cancellationToken) is not { } found)
            {
                return await CreateAsync(published, cancellationToken);
            }

            if (GatewayEnd.IsOf(found))
            {
                await new GatewayEnd(client, names, options.Time).TryRemoveAsync(found.ID, cancellationToken);
                continue;
            }

            try
            {
                await StartAsync(found, cancellationToken);
                return found;
            }
            catch (DockerApiException fault) when (fault.Kind is DockerErrorKind.NotFound or DockerErrorKind.Conflict && options.Time.GetElapsedTime(began) < s_patience)
            {
                // A release that ended is removing the container: it is gone at the next look.
            }
        }
    }

    private async Task StartAsync(ContainerInspectResponse found, CancellationToken cancellationToken)
    {
        if (found.State.Running)
        {
            return;
        }

        if (found.State.Status == "created")
        {
            // The release that made it may have died, or lost a reply, before it made the state directory.
            await StateVolume.OwnAsync(client, found.ID, cancellationToken);
        }

        await client.Containers.StartContainerAsync(found.ID, cancellationToken);
    }

    /// <summary>Has a gateway that runs another program give its place to the one that came with this release, unless that is older (F11). IMB6061 when it does not come up.</summary>
    public async Task UpgradeAsync(ContainerInspectResponse container, GatewayClient control, Lease lease, CancellationToken cancellationToken)
    {
        var (running, program) = (await control.InfoAsync(cancellationToken), options.FindGatewayProgram());
        var runs = running.Program == GatewayCommand.ProgramDirectory ? container.Config.Labels?.GetValueOrDefault(AppNames.GatewayProgramLabel) : Path.GetFileName(running.Program);
        if (runs is null || runs == program.Hash || !ProductVersions.IsUpgrade(program.Version, running.ProductVersion))
        {
            return;
        }

        await program.BringAsync(client, container.ID, cancellationToken);
        await control.UpgradeAsync(program.Directory, lease, options.Time, cancellationToken);
    }

    /// <summary>Removes short-lived containers whose maker died, or lost the reply to their creation, before it could remove them.</summary>
    public async Task RemoveForgottenAsync(CancellationToken cancellationToken)
    {
        foreach (var role in new[] { AppNames.PortRole, AppNames.ReaderRole })
        {
            foreach (var forgotten in await client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = names.Of(role) }, cancellationToken))
            {
                await Found.IfThereAsync(client.Containers.RemoveContainerAsync(forgotten.ID, new ContainerRemoveParameters { Force = true }, cancellationToken));
            }
        }
    }

    /// <summary>
    /// Has the engine choose a free port. It would choose anew at each start of the gateway, so it chooses once, for a container that is
    /// removed right after, and the gateway asks for that port by number from then on.
    /// </summary>
    private async Task<int> ChoosePortAsync(CreateContainerParameters plan, CancellationToken cancellationToken)
    {
        var asking = await client.Containers.CreateContainerAsync(
            plan with { Name = null, Cmd = GatewayCommand.Limit(s_choosing), Labels = names.LabelsOf(AppNames.PortRole), HostConfig = plan.HostConfig! with { Mounts = null, RestartPolicy = null } }, cancellationToken);
        try
        {
            await StartAsync(asking.ID, cancellationToken);
            var asked = await client.Containers.InspectContainerAsync(asking.ID, cancellationToken);
            return PublishedPort.Current(asked)?.Port ?? throw DockerErrors.GatewayWithoutPort(names.App);
        }
        catch (DockerApiException fault) when (!fault.IsTransient && !AppNetwork.IsMissing(fault))
        {
            throw DockerErrors.GatewayNotStarted(names.App, fault.Detail, fault);
        }
        finally
        {
            await Found.IfThereAsync(client.Containers.RemoveContainerAsync(asking.ID, new ContainerRemoveParameters { Force = true }, CancellationToken.None));
        }
    }

    private async Task<ContainerInspectResponse> CreateAsync(PublishedPort? published, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await MissingImage.BringAndAsync(() => options.EnsureGatewayImage(client, cancellationToken), image => CreateAsync(image, published, cancellationToken));
            }
            catch (DockerApiException fault) when (AppNetwork.IsMissing(fault) && attempt < MostNetworks)
            {
                // All of it is made anew.
            }
        }
    }

    private async Task<ContainerInspectResponse> CreateAsync(string image, PublishedPort? published, CancellationToken cancellationToken)
    {
        var was = await Found.OrNullAsync(client.Volumes.InspectAsync(names.StateVolume, cancellationToken));
        try
        {
            var network = await new AppNetwork(client, names).EnsureAsync(cancellationToken);
            await client.Volumes.CreateAsync(
                new VolumesCreateParameters { Name = names.StateVolume, Labels = new Dictionary<string, string>(names.Labels, StringComparer.Ordinal) { [AppNames.GatewayImageLabel] = image } },
                cancellationToken);
            var program = options.FindGatewayProgram().Hash;
            var chosen = published is { Port: 0 } open ? open with { Port = await ChoosePortAsync(Plan(image, program, network, open), cancellationToken) } : published;
            var created = await CreateAsync(Plan(image, program, network, chosen), cancellationToken);
            if (was?.Labels?.GetValueOrDefault(AppNames.GatewayImageLabel) is { } earlier && earlier != image)
            {
                await new UnneededImages(client).RemoveGatewaysAsync(image, cancellationToken);
            }

            return created;
        }
        catch (Exception fault) when (fault is DockerApiException { IsTransient: false } or ImmutableBuildException { IsTransient: false })
        {
            await TakeBackAsync(withVolume: was is null);
            throw;
        }
    }

    /// <summary>Removes what a gateway that can't be started would have needed. The engine refuses where another release's gateway uses it.</summary>
    private async Task TakeBackAsync(bool withVolume)
    {
        try
        {
            await new AppNetwork(client, names).RemoveAsync(CancellationToken.None);
            if (withVolume)
            {
                await client.Volumes.RemoveAsync(names.StateVolume, CancellationToken.None);
            }
        }
        catch (DockerApiException)
        {
            // The caller reports why the gateway can't be started; what stays here costs nothing.
        }
    }

    private async Task<ContainerInspectResponse> CreateAsync(CreateContainerParameters plan, CancellationToken cancellationToken)
    {
        try
        {
            await client.Containers.CreateContainerAsync(plan, cancellationToken);
            await StateVolume.OwnAsync(client, names.Gateway, cancellationToken);
        }
        catch (DockerApiException fault) when (fault.Kind == DockerErrorKind.Conflict)
        {
            // Another release made it meanwhile.
        }

        try
        {
            await StartAsync(names.Gateway, cancellationToken);
        }
        catch (DockerApiException fault) when (!fault.IsTransient)
        {
            await Found.IfThereAsync(client.Containers.RemoveContainerAsync(names.Gateway, new ContainerRemoveParameters { Force = true }, CancellationToken.None));
            if (AppNetwork.IsMissing(fault))
            {
                throw;
            }

            throw DockerErrors.GatewayNotStarted(names.App, fault.Detail, fault);
        }

        return await client.Containers.InspectContainerAsync(names.Gateway, cancellationToken);
    }

    /// <summary>Starts a container. While two networks have the app's name the engine refuses, so all but one are removed and it is tried again.</summary>
    private async Task StartAsync(string container, CancellationToken cancellationToken)
    {
        for (var began = options.Time.GetTimestamp(); ; await Task.Delay(s_pause, options.Time, cancellationToken))
        {
            try
            {
                await client.Containers.StartContainerAsync(container, cancellationToken);
                return;
            }
            catch (DockerApiException fault) when (fault.Detail.Contains("is ambiguous", StringComparison.Ordinal) && options.Time.GetElapsedTime(began) < s_patience)
            {
                await new AppNetwork(client, names).SettleAsync(cancellationToken);
            }
        }
    }

    /// <summary>How a gateway is made.</summary>
    /// <param name="image">Its image.</param>
    /// <param name="program">The hash of the program in it.</param>
    /// <param name="network">Its network.</param>
    /// <param name="published">Where it is published; null for nowhere.</param>
    public CreateContainerParameters Plan(string image, string program, string network, PublishedPort? published) => new()
    {
        Name = names.Gateway,
        Image = image,
        Cmd = GatewayCommand.Serve(names.App, published),
        User = StateVolume.Owner,
        Labels = new Dictionary<string, string>(names.LabelsOf(AppNames.GatewayRole), StringComparer.Ordinal) 
        {
            [AppNames.GatewayImageLabel] = image,
            [AppNames.GatewayProgramLabel] = program,
        },
        ExposedPorts = published is null ? null : PublishedPort.Exposed,
        HostConfig = Hardening.Apply(new HostConfiguration
        {
            NetworkMode = network,
            PortBindings = published?.Bindings,
            RestartPolicy = GatewayEnd.Restarted,
            Mounts = [new ContainerMount("volume", names.StateVolume, GatewayCommand.Volume)],
        }),
    };
}
