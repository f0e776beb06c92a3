using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;
using ImmutableBuild.IntegrationTests.Rig;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>The machine's own engine, or the one of the rig (tests/rig/docker.sh), with a small image loaded while the tests run.</summary>
public sealed class DockerEngine : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("immutable-docker-").FullName;
    private DockerClient? _client;
    private string _absent = "";

    internal DockerEndpoint Endpoint { get; private set; } = new UnixSocketEndpoint("/var/run/docker.sock");

    internal DockerClient Client => _client!;

    /// <summary>The image's archive, as <c>docker save</c> writes it.</summary>
    internal string Archive => Path.Combine(_directory, "image.tar");

    /// <summary>The image's name in the engine.</summary>
    internal string Image { get; } = $"immutable-build-test/busybox:{Guid.NewGuid():N}";

    public async ValueTask InitializeAsync()
    {
        if (SystemProgram.Find("busybox") is not { } busybox)
        {
            _absent = "busybox is not on the PATH (tests/rig/install.sh).";
            return;
        }

        try
        {
            Endpoint = new EndpointDiscovery(Environment.GetEnvironmentVariable, OperatingSystem.IsWindows()).Find();
            _client = await DockerClient.ConnectAsync(Endpoint, TimeProvider.System, TestContext.Current.CancellationToken);
        }
        catch (ImmutableBuildException fault) when (fault.Code is "IMB6203" or "IMB6204")
        {
            _absent = $"No Docker engine is here (tests/rig/install.sh): {fault.Message}";
            return;
        }

        BusyboxImage.Write(Archive, Image, busybox);
        await using var tar = File.OpenRead(Archive);
        await Client.Images.LoadImageAsync(tar, null, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.Images.DeleteImageAsync(Image, new ImageDeleteParameters { Force = true }, CancellationToken.None);
            await _client.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>What a test makes on the engine, or a skip with the reason.</summary>
    internal DockerBed OpenOrSkip()
    {
        Assert.SkipWhen(_absent.Length > 0, _absent);
        return new DockerBed(this);
    }
}
