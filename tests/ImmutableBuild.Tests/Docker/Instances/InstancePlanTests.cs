using System.Collections.Immutable;
using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Instances;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Docker.Instances;

public sealed class InstancePlanTests
{
    private static readonly GenerationSpec s_spec = SimulatedSpecs.Spec(1);

    [Fact]
    public void Secrets_are_in_the_environment_alone()
    {
        var container = Plan(spec: s_spec with { Configuration = s_spec.Configuration with { Secrets = Secret("DB", "DB"), SecretFiles = Secret("token", "/run/secrets/token") } });

        container.Env!.ShouldContain("DB=very secret");
        container.Labels!.Values.ShouldAllBe(value => !value.Contains("very secret", StringComparison.Ordinal));
        (container.Cmd ?? []).ShouldAllBe(argument => !argument.Contains("very secret", StringComparison.Ordinal));
        container.Env!.Count(variable => variable.Contains("very secret", StringComparison.Ordinal)).ShouldBe(1, "what is given as a file is in no variable");
    }

    [Fact]
    public void It_says_what_it_is_of()
    {
        var labels = Plan().Labels!;

        labels[AppNames.GenerationLabel].ShouldBe(s_spec.Id.ToString());
        labels[AppNames.ImageLabel].ShouldBe(s_spec.Image.ToString());
        labels["org.opencontainers.image.revision"].ShouldBe(s_spec.Commit.ToString());
    }

    [Fact]
    public void It_listens_where_the_gateway_asks()
    {
        Plan().Env!.ShouldContain("ASPNETCORE_URLS=http://*:8080");
        Plan().Env!.ShouldContain("ASPNETCORE_HTTP_PORTS=", "the base image's own would be a second opinion");
        Plan(port: 0).Env!.ShouldNotContain(variable => variable.StartsWith("ASPNETCORE_URLS", StringComparison.Ordinal));
    }

    [Fact]
    public void It_gets_nothing_it_does_not_need()
    {
        var host = Plan().HostConfig!;

        (host.ReadonlyRootfs, host.Privileged).ShouldBe((true, false));
        host.CapDrop.ShouldBe(["ALL"]);
        host.SecurityOpt.ShouldBe(["no-new-privileges"]);
        host.PortBindings.ShouldBeNull("only the gateway is reached from outside");
        host.Mounts.ShouldBeNull();
    }

    [Fact]
    public void It_is_limited_as_configured()
    {
        var configuration = s_spec.Configuration with { Memory = 512 * 1024 * 1024, Cpus = 1.5 };
        var host = Plan(spec: s_spec with { Configuration = configuration }).HostConfig!;

        (host.Memory, host.MemorySwap, host.NanoCpus).ShouldBe((536870912, 536870912, 1500000000));
        Plan().HostConfig!.Memory.ShouldBeNull();
    }

    [Fact]
    public void Data_can_be_written_and_secret_files_only_be_read()
    {
        var configuration = s_spec.Configuration with
        {
            DataVolumes = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("uploads", "/data/uploads"),
            SecretFiles = Secret("token", "/run/secrets/token"),
        };
        var spec = s_spec with { Configuration = configuration };
        var names = new AppNames(s_spec.App);

        Plan(spec: spec).HostConfig!.Mounts.ShouldBe(
        [
            new ContainerMount("volume", names.DataVolume("uploads"), "/data/uploads"),
            new ContainerMount("volume", names.SecretsVolume(spec.Id), "/run/secrets", ReadOnly: true),
        ]);
        names.DataVolume("uploads").ShouldNotContain(spec.Id.ToString(), Case.Sensitive, "data outlives generations");
    }

    private static ImmutableSortedDictionary<string, SecretReference> Secret(string key, string name) =>
        ImmutableSortedDictionary.Create<string, SecretReference>(StringComparer.Ordinal).Add(key, new SecretReference("VALUE", SecretDigest.Of(s_spec.App, name, "very secret")));

    private static CreateContainerParameters Plan(int port = 8080, GenerationSpec? spec = null)
    {
        var names = new AppNames(s_spec.App);
        return new InstancePlan(names, spec ?? s_spec, "sha256:abc", SecretValues.Read(spec ?? s_spec, _ => "very secret").Variables, logDriver: null)
            .For(new InstancePlace("0", names.Instance(s_spec.Id, "0"), port));
    }
}
