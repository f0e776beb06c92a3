using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Drift;
using ImmutableBuild.Docker.Instances;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Generations.Drift;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Docker.Drift;

/// <summary>A container as the engine tells it, against the plan that made it.</summary>
public sealed class ContainerComparisonTests
{
    private const string ImageId = "sha256:aaaa";

    private static readonly ContainerConfiguration s_image = new()
    {
        Env = ["PATH=/bin", "COLOUR=base"],
        Entrypoint = ["/app/Web"],
        Cmd = ["--from-image"],
        User = "1654",
        WorkingDir = "/app",
        Labels = new Dictionary<string, string> { ["vendor"] = "acme" },
    };

    private static readonly GenerationSpec s_spec = Spec();
    private static readonly AppNames s_names = new(s_spec.App);

    [Fact]
    public void What_the_plan_makes_has_not_drifted() => Compare(AsMade()).ShouldBeEmpty();

    [Fact]
    public void What_engines_fill_in_or_write_otherwise_is_no_difference()
    {
        var made = AsMade();
        Compare(made with
        {
            Config = made.Config with { Cmd = made.Config.Cmd, Tty = false, OpenStdin = false },
            HostConfig = made.HostConfig with { CapDrop = ["CAP_ALL"], SecurityOpt = ["no-new-privileges:true"], IpcMode = "private", CapAdd = [], ExtraHosts = [], PidsLimit = 0, CpuShares = 0, CpusetCpus = "" },
        }).ShouldBeEmpty();
    }

    [Fact, Trait("Fault", "F37")]
    public void Another_image_is_told()
    {
        var found = Compare(AsMade() with { Image = "sha256:bbbb" }).ShouldHaveSingleItem();
        (found.Kind, found.Expected, found.Found).ShouldBe((DriftKind.Image, ImageId, "sha256:bbbb"));
    }

    [Fact, Trait("Fault", "F37")]
    public void Variables_are_told_by_name_and_never_by_value()
    {
        var made = AsMade();
        string[] variables = [.. made.Config.Env!.Where(variable => !variable.StartsWith("PORT=", StringComparison.Ordinal)).Select(variable => variable == "COLOUR=blue" ? "COLOUR=hunter2" : variable), "EXTRA=hunter2"];

        var found = Compare(made with { Config = made.Config with { Env = variables } });

        found.Select(difference => (difference.Kind, difference.Subject, difference.Found)).ShouldBe(
            [(DriftKind.Configuration, "variable COLOUR", "changed"), (DriftKind.Configuration, "variable PORT", "missing"), (DriftKind.Configuration, "variable EXTRA", "added")], ignoreOrder: true);
        found.ShouldAllBe(difference => !$"{difference}".Contains("hunter2", StringComparison.Ordinal) && !$"{difference}".Contains("blue", StringComparison.Ordinal));
    }

    [Fact, Trait("Fault", "F37")]
    public void A_secret_is_held_against_its_digest_with_no_secret_at_hand()
    {
        var reference = new SecretReference("SHOP_DB", SecretDigest.Of(s_spec.App, "DB", "right"));
        var spec = s_spec with { Configuration = s_spec.Configuration with { Secrets = s_spec.Configuration.Secrets.SetItem("DB", reference) } };
        var right = AsMade(spec, new Dictionary<string, string> { ["DB"] = "right" });

        Compare(right, spec).ShouldBeEmpty();
        var wrong = AsMade(spec, new Dictionary<string, string> { ["DB"] = "wrong" });
        var found = Compare(wrong, spec).ShouldHaveSingleItem();
        (found.Subject, found.Found).ShouldBe(("variable DB", "changed"));
        $"{found}".ShouldNotContain("wrong");
    }

    [Fact, Trait("Fault", "F37")]
    public void Program_arguments_user_and_labels_are_told()
    {
        var made = AsMade();
        var labels = new Dictionary<string, string>(made.Config.Labels!) { [AppNames.ImageLabel] = "other", ["mine"] = "is my own" };

        Compare(made with { Config = made.Config with { Entrypoint = ["/bin/sh"], Cmd = ["-c", "secret"], User = "0", Labels = labels } })
            .Select(difference => difference.Subject).ShouldBe(["program", "arguments", "user", $"label {AppNames.ImageLabel}"], ignoreOrder: true);
    }

    public static TheoryData<string, string> Edits => new()
    {
        { nameof(DriftKind.Limits), "memory" },
        { nameof(DriftKind.Limits), "processes" },
        { nameof(DriftKind.Limits), "processors (billionths)" },
        { nameof(DriftKind.Mounts), "mount bind /etc at /host" },
        { nameof(DriftKind.Mounts), "mount /root:/root" },
        { nameof(DriftKind.Mounts), "directory in memory /scratch" },
        { nameof(DriftKind.Network), "network bridge" },
        { nameof(DriftKind.Network), "port 8080/tcp at 0.0.0.0:80" },
        { nameof(DriftKind.Network), "host name db:10.0.0.1" },
        { nameof(DriftKind.Hardening), "read-only root" },
        { nameof(DriftKind.Hardening), "privileged" },
        { nameof(DriftKind.Hardening), "capability NET_ADMIN" },
        { nameof(DriftKind.Hardening), "dropped capability ALL" },
        { nameof(DriftKind.Hardening), "security option no-new-privileges" },
        { nameof(DriftKind.Hardening), "device /dev/kmsg" },
        { nameof(DriftKind.Hardening), "processes it sees" },
        { nameof(DriftKind.Configuration), "restart policy" },
    };

    [Theory, Trait("Fault", "F37")]
    [MemberData(nameof(Edits))]
    public void What_the_host_gives_is_told_by_its_kind(string kind, string subject)
    {
        var made = AsMade();
        var host = made.HostConfig;
        var edited = subject switch
        {
            "memory" => made with { HostConfig = host with { Memory = 1 } },
            "processes" => made with { HostConfig = host with { PidsLimit = 5 } },
            "processors (billionths)" => made with { HostConfig = host with { NanoCpus = 5 } },
            "mount bind /etc at /host" => made with { HostConfig = host with { Mounts = [new ContainerMount("bind", "/etc", "/host")] } },
            "mount /root:/root" => made with { HostConfig = host with { Binds = ["/root:/root"] } },
            "directory in memory /scratch" => made with { HostConfig = host with { Tmpfs = new Dictionary<string, string>(host.Tmpfs!) { ["/scratch"] = "" } } },
            "network bridge" => made with { NetworkSettings = Networks(s_names.Network, "bridge") },
            "port 8080/tcp at 0.0.0.0:80" => made with { HostConfig = host with { PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { ["8080/tcp"] = [new PortBinding("0.0.0.0", "80")] } } },
            "host name db:10.0.0.1" => made with { HostConfig = host with { ExtraHosts = ["db:10.0.0.1"] } },
            "read-only root" => made with { HostConfig = host with { ReadonlyRootfs = false } },
            "privileged" => made with { HostConfig = host with { Privileged = true } },
            "capability NET_ADMIN" => made with { HostConfig = host with { CapAdd = ["NET_ADMIN"] } },
            "dropped capability ALL" => made with { HostConfig = host with { CapDrop = [] } },
            "security option no-new-privileges" => made with { HostConfig = host with { SecurityOpt = null } },
            "device /dev/kmsg" => made with { HostConfig = host with { Devices = [new DeviceMapping("/dev/kmsg", "/dev/kmsg", "rwm")] } },
            "processes it sees" => made with { HostConfig = host with { PidMode = "host" } },
            "restart policy" => made with { HostConfig = host with { RestartPolicy = new RestartPolicy("no") } },
            _ => throw new ArgumentOutOfRangeException(nameof(subject)),
        };

        var found = Compare(edited).ShouldHaveSingleItem();

        ($"{found.Kind}", found.Subject).ShouldBe((kind, subject));
    }

    [Fact]
    public void A_host_that_can_not_limit_swap_is_no_difference()
    {
        var spec = s_spec with { Configuration = s_spec.Configuration with { Memory = 1024 } };
        var made = AsMade(spec);

        Compare(made with { HostConfig = made.HostConfig with { MemorySwap = -1 } }, spec, limitsSwap: false).ShouldBeEmpty();
        Compare(made with { HostConfig = made.HostConfig with { MemorySwap = -1 } }, spec, limitsSwap: true).ShouldHaveSingleItem().Subject.ShouldBe("memory and swap");
    }

    private static IReadOnlyList<Difference> Compare(ContainerInspectResponse found, GenerationSpec? spec = null, bool limitsSwap = true)
    {
        spec ??= s_spec;
        return new ContainerComparison(new PlannedContainer(Plan(spec, FoundSecrets.Of(spec, found)), s_image), found, s_names.Network, limitsSwap).Differences();
    }

    /// <summary>The container that an engine makes of the plan.</summary>
    private static ContainerInspectResponse AsMade(GenerationSpec? spec = null, IReadOnlyDictionary<string, string>? secrets = null)
    {
        var plan = Plan(spec ?? s_spec, secrets ?? new Dictionary<string, string>());
        var planned = new PlannedContainer(plan, s_image);
        return new ContainerInspectResponse
        {
            ID = "c0ffee",
            Image = plan.Image,
            State = new ContainerState { Status = "running", Running = true },
            Config = new ContainerConfiguration
            {
                Env = [.. planned.Variables.Select(variable => $"{variable.Key}={variable.Value}")],
                Labels = planned.Labels,
                Entrypoint = planned.Program,
                Cmd = planned.Arguments,
                User = planned.User,
                WorkingDir = planned.WorkingDirectory,
                StopTimeout = plan.StopTimeout,
                Healthcheck = plan.Healthcheck,
            },
            HostConfig = plan.HostConfig! with { Memory = plan.HostConfig.Memory ?? 0, NanoCpus = plan.HostConfig.NanoCpus ?? 0 },
            NetworkSettings = Networks(s_names.Network),
        };
    }

    private static CreateContainerParameters Plan(GenerationSpec spec, IReadOnlyDictionary<string, string> secrets) =>
        new InstancePlan(s_names, spec, ImageId, secrets, logDriver: null).For(new InstancePlace("0", s_names.Instance(spec.Id, "0"), 8080));

    private static NetworkSettings Networks(params string[] names) => new(null, names.ToDictionary(name => name, _ => new EndpointSettings()));

    private static GenerationSpec Spec()
    {
        var spec = SimulatedSpecs.Spec(1);
        return spec with { Configuration = spec.Configuration with { Environment = spec.Configuration.Environment.SetItem("COLOUR", "blue") } };
    }
}
