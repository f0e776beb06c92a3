using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Generations;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;
using ImmutableBuild.Local;
using ImmutableBuild.Local.Images;
using ImmutableBuild.Local.Launch;
using ImmutableBuild.Releases;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.Local;

public sealed class LaunchPlannerTests : IDisposable
{
    private static readonly AppKey App = new("web", "production");

    private readonly TemporaryDirectory _directory = new();
    private readonly OciLayout _source;
    private UnpackedImage? _image;

    public LaunchPlannerTests() => _source = OciLayout.OpenOrCreate(_directory["store"]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_self_contained_app_runs_from_its_unpacked_files()
    {
        var plan = await Plan(LocalImages.App);

        plan.Executable.ShouldBe(InImage("app/web"));
        plan.Arguments.ShouldBeEmpty();
        plan.ContentRoot.ShouldBe(InImage("app"));
        plan.Environment.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_images_own_arguments_become_paths_of_this_machine_where_they_name_its_files()
    {
        var plan = await Plan(new RunConfig { Entrypoint = ["dotnet", "web.dll", "/app/web.dll", "--data", "/var/data"], WorkingDir = "/app", Env = ["PATH=/missing:/usr/bin"] });

        plan.Executable.ShouldBe(InImage("usr/bin/dotnet"));
        plan.Arguments.ShouldBe([InImage("app/web.dll"), InImage("app/web.dll"), "--data", "/var/data"]);
    }

    [Theory]
    [InlineData("run,--fast", "", "run,--fast")]
    [InlineData("run,--fast", "/app/web.dll", "/app/web.dll")]
    [InlineData("", "only", "only")]
    public async Task Arguments_of_the_configuration_replace_the_images_own_as_docker_run_does_and_are_left_as_they_are(string cmd, string arguments, string expected)
    {
        var configuration = new RuntimeConfiguration { Arguments = [.. Split(arguments)] };

        var plan = await Plan(LocalImages.App with { Cmd = [.. Split(cmd)] }, configuration);

        plan.Arguments.ShouldBe(Split(expected));
    }

    [Fact]
    public async Task Without_an_entry_point_the_command_is_the_program_and_arguments_follow_it()
    {
        var plan = await Plan(new RunConfig { Cmd = ["/app/web", "--quiet"] }, new RuntimeConfiguration { Arguments = ["--loud"] });

        plan.Executable.ShouldBe(InImage("app/web"));
        plan.Arguments.ShouldBe(["--quiet", "--loud"]);
    }

    [Fact]
    public async Task Variables_that_name_files_are_mapped_and_those_that_only_look_so_are_not()
    {
        var plan = await Plan(LocalImages.App with
        {
            Env = ["DOTNET_ROOT=/usr/share/dotnet", "PATH=/usr/bin:/nowhere:/app", "ASPNETCORE_PATHBASE=/app", "SSL_CERT_DIR=/etc/none", "not a variable", "A=1", "A=2"],
        });

        plan.Environment.ShouldBe(LocalImages.Variables(
            ("DOTNET_ROOT", InImage("usr/share/dotnet")), ("PATH", $"{InImage("usr/bin")}{Path.PathSeparator}{InImage("app")}"),
            ("ASPNETCORE_PATHBASE", "/app"), ("SSL_CERT_DIR", "/etc/none"), ("A", "2")));
    }

    [Fact]
    public async Task The_gateway_alone_says_where_an_instance_listens()
    {
        var configuration = new RuntimeConfiguration { Environment = LocalImages.Variables(("ASPNETCORE_URLS", "http://*:1"), ("Aspnetcore_Http_Ports", "3"), ("MODE", "x")) };

        var plan = await Plan(LocalImages.App with { Env = ["ASPNETCORE_HTTP_PORTS=8080", "PORT=2", "MODE=image"] }, configuration);

        plan.Environment.ShouldBe(LocalImages.Variables(("MODE", "x")));
    }

    [Fact]
    public async Task A_path_that_leads_out_of_the_image_stays_in_it()
    {
        (await Plan(new RunConfig { Entrypoint = ["/../../../app/web"] })).Executable.ShouldBe(InImage("app/web"));
        (await Refusal(new RunConfig { Entrypoint = ["/../../../../../../bin/sh"] })).Code.ShouldBe("IMB6111");
    }

    [Theory]
    [InlineData("/app/missing", "'/app/missing'")]
    [InlineData("missing", "'missing'")]
    [InlineData("/app/web.dll", "not executable")]
    public async Task A_program_that_can_not_run_is_named(string program, string expected)
    {
        var refusal = await Refusal(new RunConfig { Entrypoint = [program] });

        refusal.Code.ShouldBe("IMB6111");
        refusal.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task An_image_without_a_command_is_refused() => (await Refusal(new RunConfig())).Code.ShouldBe("IMB6111");

    [Theory]
    [InlineData("plan9", null)]
    [InlineData(null, "s390x")]
    public async Task An_image_of_another_platform_is_refused(string? os, string? architecture)
    {
        var refusal = await Should.ThrowAsync<ImmutableBuildException>(() => Plan(LocalImages.App, null, os, architecture));

        refusal.Code.ShouldBe("IMB6110");
        refusal.Message.ShouldContain(os ?? architecture!);
    }

    [Fact]
    public async Task A_secret_reaches_the_environment_only_with_the_value_it_was_made_with()
    {
        var configuration = new RuntimeConfiguration
        {
            Secrets = System.Collections.Immutable.ImmutableSortedDictionary<string, SecretReference>.Empty
                .Add("DB_PASSWORD", new SecretReference("RELEASE_DB", SecretDigest.Of(App, "DB_PASSWORD", "s3cret"))),
        };

        (await Plan(LocalImages.App, configuration, read: name => name == "RELEASE_DB" ? "s3cret" : null))
            .Environment.ShouldBe(LocalImages.Variables(("DB_PASSWORD", "s3cret")));

        var changed = await Should.ThrowAsync<ImmutableBuildException>(() => Plan(LocalImages.App, configuration, read: _ => "an0ther"));
        changed.Code.ShouldBe("IMB8004");
        changed.Message.ShouldNotContain("an0ther");
        (await Should.ThrowAsync<ImmutableBuildException>(() => Plan(LocalImages.App, configuration))).Code.ShouldBe("IMB6005");
    }

    [Fact]
    public void Equal_secrets_in_two_places_have_unequal_digests() =>
        new[]
        {
            SecretDigest.Of(App, "A", "BC"), SecretDigest.Of(App, "AB", "C"), SecretDigest.Of(App, "A", "BCD"),
            SecretDigest.Of(new AppKey("web", "staging"), "A", "BC"), SecretDigest.Of(new AppKey("api", "production"), "A", "BC"),
        }.ShouldBeUnique();

    private string InImage(string path) => Path.Combine([_image!.RootDirectory, .. path.Split('/')]);

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private async Task<ImmutableBuildException> Refusal(RunConfig run) => await Should.ThrowAsync<ImmutableBuildException>(() => Plan(run));

    private async Task<LaunchPlan> Plan(
        RunConfig run, RuntimeConfiguration? configuration = null, string? os = null, string? architecture = null, Func<string, string?>? read = null)
    {
        var tar = LocalImages.Layer(
            LocalImages.File("app/web", "program", LocalImages.Program),
            LocalImages.File("app/web.dll", "library"),
            LocalImages.File("usr/share/dotnet/dotnet", "host", LocalImages.Program),
            LocalImages.Link("usr/bin/dotnet", "/usr/share/dotnet/dotnet"));
        var digest = LocalImages.Write(_source, run, tar, os, architecture);
        _image = await new ImageStore(new LocalLayout(_directory["data"]), TimeProvider.System)
            .UseAsync(App, digest, () => _source, TestContext.Current.CancellationToken);
        return LaunchPlanner.Plan(LocalImages.Spec(App, digest, configuration), _image, read ?? (_ => null));
    }
}
