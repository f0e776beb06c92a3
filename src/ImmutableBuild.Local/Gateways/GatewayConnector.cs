using System.Diagnostics;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Local.Files;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local.Gateways;

/// <summary>Finds the gateway of an app, and starts it where that is called for. However many builds do so at once, there is one gateway.</summary>
internal sealed class GatewayConnector(LocalLayout layout, LocalTargetOptions options)
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan TakeoverTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TakeoverInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly GatewayProcess _process = new(layout, options);

    /// <summary>Who the running gateway is; null when none answers. IMB6103 when it is of another version.</summary>
    public async Task<GatewayInfo?> FindAsync(AppKey app, CancellationToken cancellationToken)
    {
        // An app without a directory has no gateway, and to ask for one would create the socket's directory.
        if (!Directory.Exists(layout.App(app)))
        {
            return null;
        }

        await using var client = GatewayClient.ForState(app, layout.App(app));
        try
        {
            var info = await client.InfoAsync(cancellationToken);
            return info.ProtocolVersion == GatewayProtocol.Version
                ? info
                : throw LocalErrors.ProtocolMismatch(app, info.ProtocolVersion, GatewayProtocol.Version, info.ProductVersion);
        }
        catch (ImmutableBuildException away) when (away.IsTransient)
        {
            return null;
        }
    }

    /// <summary>Whether a gateway that isn't running left generations or a route behind, after a crash or a restart of the host.</summary>
    public bool WasInterrupted(AppKey app) =>
        File.Exists(Path.Combine(layout.App(app), GatewayFiles.State)) || File.Exists(Path.Combine(layout.App(app), GatewayFiles.PreviousState));

    /// <summary>Starts an interrupted gateway again, as it was.</summary>
    public Task<GatewayInfo> ResumeAsync(AppKey app, CancellationToken cancellationToken) =>
        StartAsync(app, File.Exists(Path.Combine(layout.App(app), GatewayFiles.PublicPort)) ? 0 : null, cancellationToken);

    /// <summary>Waits until the gateway of an app that was stopped is gone, and removes what starting it left, unless a release that began meanwhile starts another.</summary>
    public async Task WaitForEndAsync(AppKey app, GatewayInfo ending, CancellationToken cancellationToken)
    {
        var began = options.Time.GetTimestamp();
        while (await FindAsync(app, cancellationToken) is { } found && found.ProcessId == ending.ProcessId && options.Time.GetElapsedTime(began) < EndTimeout)
        {
            await Task.Delay(Interval, options.Time, cancellationToken);
        }

        // Another release may be starting the app again, or have started it: then these files are of that start.
        using var alone = LockFile.TryTake(layout.StartLock(app));
        if (alone is not null && (await FindAsync(app, cancellationToken) is not { } other || other.ProcessId == ending.ProcessId))
        {
            File.Delete(Path.Combine(layout.App(app), GatewayProcess.StartLog));
            File.Delete(Path.Combine(layout.App(app), GatewayCopies.NamesFile));
        }
    }

    /// <summary>
    /// The gateway of <paramref name="app"/>, started unless it runs: on <paramref name="port"/>, or where that is 0 on the port
    /// it had before, and likewise its address. IMB6102 when it doesn't start, or the error that it gives for it, such as IMB6051 for a port that is taken.
    /// </summary>
    public async Task<GatewayInfo> StartAsync(AppKey app, int? port, CancellationToken cancellationToken)
    {
        if (await FindAsync(app, cancellationToken) is { } running)
        {
            return running;
        }

        var state = layout.App(app);
        layout.Create(state);
        using var alone = await TakeStartLockAsync(app, cancellationToken);
        var began = options.Time.GetTimestamp();
        StartedGateway? started = null;
        while (true)
        {
            if (await FindAsync(app, cancellationToken) is { } found)
            {
                return found;
            }

            if (started is { Exited.IsCompletedSuccessfully: true })
            {
                if (MayBeOnItsWay(app, started) && options.Time.GetElapsedTime(began) < TakeoverTimeout)
                {
                    await Task.Delay(TakeoverInterval, options.Time, cancellationToken);
                }
                else
                {
                    ThrowUnlessAnotherRuns(app, started);
                }

                started = null;
            }

            started ??= await _process.StartAsync(new GatewayOptions(state, app, port, options.Bind), cancellationToken);
            if (options.Time.GetElapsedTime(began) > StartTimeout)
            {
                throw LocalErrors.GatewayNotStarted(app, $"no answer in {StartTimeout.TotalSeconds:0} s. {started.ReadWords()}");
            }

            await Task.Delay(Interval, options.Time, cancellationToken);
        }
    }

    /// <summary>Has a gateway that runs another program give its place to the one that came with this release, unless that is older (F11). IMB6061 when it does not come up.</summary>
    public async Task UpgradeAsync(AppKey app, GatewayInfo running, GatewayClient client, Lease lease, CancellationToken cancellationToken)
    {
        if (running.Program is not { } runs || !ProductVersions.IsUpgrade(FileVersionInfo.GetVersionInfo(options.GatewayProgram).ProductVersion, running.ProductVersion))
        {
            return;
        }

        var program = Path.GetDirectoryName(await _process.KeepProgramAsync(app, cancellationToken))!;
        if (program != runs)
        {
            await client.UpgradeAsync(program, lease, options.Time, cancellationToken);
        }
    }

    private async Task<IDisposable> TakeStartLockAsync(AppKey app, CancellationToken cancellationToken)
    {
        var began = options.Time.GetTimestamp();
        while (true)
        {
            if (LockFile.TryTake(layout.StartLock(app)) is { } held)
            {
                return held;
            }

            if (options.Time.GetElapsedTime(began) > StartTimeout)
            {
                throw LocalErrors.GatewayNotStarted(app, $"another release has been starting it for {StartTimeout.TotalSeconds:0} s.");
            }

            await Task.Delay(Interval, options.Time, cancellationToken);
        }
    }

    // A keeper that takes the place of a killed one gets the listening socket first and the state directory after it: in between, the port
    // is taken though no gateway answers.
    private bool MayBeOnItsWay(AppKey app, StartedGateway ended) => WasInterrupted(app) && GatewayWords.IsPortTaken(ended.ReadWords());

    // The state directory may still be held by a gateway that was just told to stop, or whose keeper is starting it again: then this start is tried again.
    private static void ThrowUnlessAnotherRuns(AppKey app, StartedGateway ended)
    {
        var words = ended.ReadWords();
        if (!GatewayWords.IsAlreadyKept(words) && ended.Exited.Result is not 0)
        {
            throw GatewayWords.ToError(app, words, ended.Exited.Result);
        }
    }
}
