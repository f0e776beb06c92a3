using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases.Options;

namespace ImmutableBuild.Tests.Releases.Options;

public sealed class ReleaseOptionsParserTests
{
    private static readonly ProjectFacts Web = new("Shop.Web", Path.GetTempPath(), ListensOnHttp: true);
    private static readonly ProjectFacts Worker = Web with { ListensOnHttp = false };

    [Theory]
    [InlineData("256m", 268435456)]
    [InlineData("1G", 1073741824)]
    public void Memory_is_a_size_with_its_unit(string text, long bytes)
    {
        OptionTypes.Bytes.TryParse(text, out var value).ShouldBeTrue();

        value.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("256")]
    [InlineData("-1g")]
    [InlineData("1k")]
    [InlineData("5m")]
    [InlineData("99999999999999999999g")]
    public void What_is_no_size_is_refused(string text) => OptionTypes.Bytes.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("ImmutableMemory", "256m")]
    [InlineData("ImmutableCpus", "0.5")]
    public void Limits_are_refused_where_nothing_would_keep_them(string name, string value) => Code(Raw((name, value))).ShouldBe("IMB1004");

    [Fact]
    public void Nothing_set_gives_the_defaults_that_the_code_has()
    {
        var options = ReleaseOptionsParser.Parse(Raw());

        options.App.ToString().ShouldBe("shop-web/dev");
        options.Target.ShouldBe("local");
        options.Rollout.Judge.ShouldBe(new JudgeOptions());
        options.Rollout.ShouldBe(new RolloutPlan() with { Steps = options.Rollout.Steps });
        options.Rollout.Steps.ShouldBe(new RolloutPlan().Steps);
        options.Runtime.ToCanonicalJson().ShouldBe(new RuntimeConfiguration().ToCanonicalJson());
        options.Bake.Repository.ShouldBe("shop-web");
    }

    [Theory]
    [InlineData("models", "models/*; *.onnx", "models/*|*.onnx")]
    [InlineData("models", "", null)]
    [InlineData("models", null, null)]
    [InlineData("app", "x", null)]
    [InlineData("base", "x", null)]
    [InlineData("My Models", "x", null)]
    public void Layers_have_names_of_their_own_and_patterns(string name, string? files, string? patterns)
    {
        var raw = Raw() with { Items = [new RawItem("ImmutableLayer", name, files)] };

        if (patterns is null)
        {
            Code(raw).ShouldBe("IMB1001");
        }
        else
        {
            string.Join('|', ReleaseOptionsParser.Parse(raw).Bake.Layers.ShouldHaveSingleItem().Files).ShouldBe(patterns);
        }
    }

    [Fact]
    public void What_was_given_is_kept_as_it_was_written_wherever_it_came_from()
    {
        var raw = Raw(("immutablesoak", "5s"), ("ImmutableTarget", "")) with { ReadVariable = name => name is "IMMUTABLE_SOAK" or "IMMUTABLE_KEEP" ? "2" : null };

        ReleaseOptionsParser.Parse(raw).Given.ShouldBe(new Dictionary<string, string> { ["ImmutableKeep"] = "2", ["ImmutableSoak"] = "5s" });
    }

    [Fact]
    public void Every_default_is_an_allowed_value() =>
        OptionCatalogue.All.Where(option => option.Default is not null).ShouldAllBe(option => IsAllowed(option, option.Default!));

    [Fact]
    public void All_mistakes_come_at_once_each_with_value_and_allowed_ones()
    {
        var raw = Raw(("ImmutableSoak", "soon"), ("ImmutableInstances", "0"), ("ImmutableRollout", "purple"), ("ImmutableApp", "Not A Label"))
            with { UnknownNames = ["ImmutableKeeep", "ImmutableRegistryPassword"] };

        var mistakes = Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(raw)).Diagnostics;

        mistakes.Select(mistake => mistake.Code).Order().ShouldBe(["IMB1001", "IMB1001", "IMB1001", "IMB1001", "IMB1002", "IMB1003"]);
        mistakes.ShouldContain(mistake => mistake.Message.Contains("'purple'") && mistake.Message.Contains("bluegreen, canary"));
        mistakes.ShouldContain(mistake => mistake.Message.Contains("Did you mean 'ImmutableKeep'?"));
        mistakes.ShouldContain(mistake => mistake.Message.Contains("ImmutableRegistryPasswordVariable"));
    }

    [Fact]
    public void A_mistake_names_the_place_where_it_was_set()
    {
        var raw = Raw(("ImmutablePort", "99999")) with { Locate = name => new SourceLocation($"{name}.csproj", 7, 3) };

        Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(raw)).Diagnostics.Single()
            .Location.ShouldBe(new SourceLocation("ImmutablePort.csproj", 7, 3));
    }

    [Fact]
    public void An_environment_variable_fills_what_no_property_sets()
    {
        var raw = Raw(("ImmutableKeep", "2")) with { ReadVariable = name => name switch { "IMMUTABLE_KEEP" => "5", "IMMUTABLE_SOAK" => "7s", _ => null } };

        var rollout = ReleaseOptionsParser.Parse(raw).Rollout;

        rollout.Keep.ShouldBe(2);
        rollout.Soak.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public void A_worker_has_no_port_and_is_probed_by_its_process()
    {
        var runtime = ReleaseOptionsParser.Parse(Raw() with { Project = Worker }).Runtime;

        runtime.Port.ShouldBeNull();
        runtime.Probe.Kind.ShouldBe(ProbeKind.Process);
    }

    [Fact]
    public void A_worker_that_declares_a_port_has_it()
    {
        var raw = Raw() with { Project = Worker, Items = [new RawItem("ContainerPort", "5353", "udp"), new RawItem("ContainerPort", "9000")] };

        var options = ReleaseOptionsParser.Parse(raw);

        options.Runtime.Port.ShouldBe(9000);
        options.Bake.Ports.ShouldBe(["5353/udp", "9000/tcp"]);
    }

    [Theory]
    [InlineData("ImmutableRollout", "canary")]
    [InlineData("ImmutablePort", "8080")]
    [InlineData("ImmutableBind", "0.0.0.0")]
    [InlineData("ImmutableProbe", "http")]
    public void A_worker_can_have_nothing_that_needs_a_port(string name, string value) =>
        Code(Raw((name, value)) with { Project = Worker }).ShouldBe("IMB1004");

    [Fact]
    public void Data_volumes_and_secret_files_are_part_of_how_instances_run()
    {
        var options = ReleaseOptionsParser.Parse(OnDocker(
            new RawItem("ImmutableDataVolume", "uploads", "/var/lib/shop/uploads"), new RawItem("ImmutableSecretFile", "db-password", "SHOP_DB"), new RawItem("ImmutableSecretFile", "token")));

        options.Runtime.DataVolumes!["uploads"].ShouldBe("/var/lib/shop/uploads");
        options.SecretFileVariables.ShouldBe(new Dictionary<string, string> { ["db-password"] = "SHOP_DB", ["token"] = "token" }.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("relative/path")]
    [InlineData("/")]
    [InlineData("")]
    [InlineData("/data/../etc")]
    [InlineData("/data//x")]
    [InlineData("/data:ro")]
    [InlineData("/run/secrets")]
    [InlineData("/etc/shop")]
    public void Data_is_refused_where_it_would_cover_what_is_needed(string path) => Code(OnDocker(new RawItem("ImmutableDataVolume", "uploads", path))).ShouldBe("IMB1001");

    [Fact]
    public void Volumes_have_names_and_no_paths_and_none_is_inside_another()
    {
        Code(OnDocker(new RawItem("ImmutableDataVolume", "/srv/host", "/data"))).ShouldBe("IMB1001");
        Code(OnDocker(new RawItem("ImmutableSecretFile", "../token"))).ShouldBe("IMB1001");
        Code(OnDocker(new RawItem("ImmutableDataVolume", "a", "/data"), new RawItem("ImmutableDataVolume", "b", "/data/b"))).ShouldBe("IMB1004");
        ReleaseOptionsParser.Parse(OnDocker(new RawItem("ImmutableDataVolume", "a", "/data"), new RawItem("ImmutableDataVolume", "b", "/data-b"))).Runtime.DataVolumes!.Count.ShouldBe(2);
    }

    [Fact]
    public void What_can_not_be_mounted_is_refused()
    {
        Code(Raw() with { Items = [new RawItem("ImmutableDataVolume", "uploads", "/data")] }).ShouldBe("IMB1004");
        Code(Raw() with { Items = [new RawItem("ImmutableSecretFile", "token")] }).ShouldBe("IMB1004");
    }

    [Fact]
    public void A_protected_environment_is_never_released_dirty() =>
        Code(Raw(("ImmutableProtected", "true"), ("ImmutableAllowDirty", "true"))).ShouldBe("IMB1004");

    [Fact]
    public void Items_become_variables_labels_arguments_and_secrets()
    {
        var options = ReleaseOptionsParser.Parse(Raw() with
        {
            Items =
            [
                new RawItem("ContainerEnvironmentVariable", "A", "1"), new RawItem("ContainerLabel", "team", "shop;web"),
                new RawItem("ContainerAppCommandArgs", "--verbose"), new RawItem("ImmutableArgument", "serve"),
                new RawItem("ImmutableEnvironmentVariable", "B", "2"), new RawItem("ImmutableSecret", "DB", "SHOP_DB"), new RawItem("ImmutableSecret", "API_KEY"),
            ],
        });

        options.Bake.Environment["A"].ShouldBe("1");
        options.Bake.Labels["team"].ShouldBe("shop;web");
        options.Bake.Arguments.ShouldBe(["--verbose"]);
        options.Runtime.Arguments.ShouldBe(["serve"]);
        options.Runtime.Environment["B"].ShouldBe("2");
        options.SecretVariables.ShouldBe(new Dictionary<string, string> { ["API_KEY"] = "API_KEY", ["DB"] = "SHOP_DB" }.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Shop.Web", "shop-web")]
    [InlineData("Münchner Straße_2", "m-nchner-stra-e-2")]
    [InlineData("...", "app")]
    [InlineData("東京", "app")]
    public void The_app_is_named_after_the_project(string project, string app) => ReleaseOptionsParser.LabelOf(project).ShouldBe(app);

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("1.5m", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("0s", 0)]
    [InlineData("00:01:30", 90_000)]
    [InlineData("24:00:00", -1)]
    [InlineData("25h", -1)]
    [InlineData("30", -1)]
    [InlineData("-1s", -1)]
    [InlineData("1e3s", -1)]
    [InlineData("s", -1)]
    [InlineData("", -1)]
    public void Durations_say_their_unit(string text, int milliseconds)
    {
        Durations.TryParse(text, out var value).ShouldBe(milliseconds >= 0);
        value.ShouldBe(TimeSpan.FromMilliseconds(Math.Max(0, milliseconds)));
    }

    [Theory]
    [InlineData("10,50", true)]
    [InlineData("5; 25 ;50%", true)]
    [InlineData("50,10", false)]
    [InlineData("0,10", false)]
    [InlineData("10,100", false)]
    [InlineData("ten", false)]
    public void Canary_steps_grow_and_stay_below_100(string text, bool valid) =>
        OptionTypes.Percentages.TryParse(text, out _).ShouldBe(valid);

    [Theory]
    [InlineData("DIGEST", null)]
    [InlineData("registry.example:5000/shop/web@DIGEST", "registry.example:5000/shop/web")]
    [InlineData("registry.example/web:1.0@DIGEST", "registry.example/web")]
    [InlineData("local/web@DIGEST", "local/web")]
    public void An_image_to_promote_is_named_by_its_digest(string text, string? repository)
    {
        var digest = $"sha256:{new string('a', 64)}";

        var promote = ReleaseOptionsParser.Parse(Raw(("ImmutablePromoteImage", text.Replace("DIGEST", digest, StringComparison.Ordinal)), ("ImmutablePromoteFrom", "staging"))).Promote;

        (promote.From, promote.Image!.Repository, promote.Image.Digest.ToString()).ShouldBe(("staging", repository, digest));
    }

    [Theory]
    [InlineData("registry.example/web:1.0")]
    [InlineData("web@sha256:12")]
    [InlineData("sha256:12")]
    [InlineData("latest")]
    public void An_image_to_promote_is_never_named_by_a_tag(string text) => Code(Raw(("ImmutablePromoteImage", text))).ShouldBe("IMB1001");

    private static RawOptions Raw(params (string Name, string Value)[] properties) => new()
    {
        Project = Web,
        Properties = properties.ToImmutableDictionary(pair => pair.Name, pair => pair.Value, StringComparer.OrdinalIgnoreCase),
    };

    private static RawOptions OnDocker(params RawItem[] items) =>
        Raw(("ImmutableTarget", "docker"), ("ContainerBaseImage", "localhost:5000/dotnet/aspnet:10.0"), ("ImmutableKeyFile", "key.pem")) with { Items = [.. items] };

    private static string Code(RawOptions raw) => Should.Throw<ImmutableBuildException>(() => ReleaseOptionsParser.Parse(raw)).Code;

    private static bool IsAllowed(PropertyOption option, string text)
    {
        try
        {
            ReleaseOptionsParser.Parse(Raw((option.Name, text)));
            return true;
        }
        catch (ImmutableBuildException)
        {
            return false;
        }
    }
}
