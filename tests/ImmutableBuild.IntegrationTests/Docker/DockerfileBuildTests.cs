using System.Diagnostics;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Errors;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Registries;

namespace ImmutableBuild.IntegrationTests.Docker;

/// <summary>Builds of a real engine.</summary>
[Collection(DockerCollection.Name)]
public sealed class DockerfileBuildTests(DockerEngine engine)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_is_built_and_told_line_by_line()
    {
        await using var bed = new DockerfileBed(engine.OpenOrSkip());
        bed.Dockerfile("FROM BASE\nCOPY greeting /srv/\nRUN echo built with $(cat /srv/greeting)\nUSER 1654\n");
        bed.Write("greeting", "joy");
        var built = await bed.BuildAsync();

        bed.Lines.ShouldContain(line => line.StartsWith("Step 3/", StringComparison.Ordinal) && line.EndsWith("COPY greeting /srv/", StringComparison.Ordinal));
        bed.Lines.ShouldContain("built with joy");
        var image = await engine.Client.Images.InspectImageAsync(built.Id, Token);
        image.ID.ShouldBe(built.Id);
        image.Config!.Labels!["org.example.commit"].ShouldBe("abc");
        built.Base!.Name.ShouldBe(engine.Image);
        built.Base.DiffIds.Select(layer => layer.ToString()).ShouldBe(image.RootFS!.Layers!.Take(1));
    }

    [Fact]
    public async Task A_step_that_fails_is_named_with_the_engines_words_and_what_it_said_last()
    {
        await using var bed = new DockerfileBed(engine.OpenOrSkip());
        bed.Dockerfile("FROM BASE\nRUN echo what is wrong >&2; exit 3\nRUN echo never\n");
        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => bed.BuildAsync());

        fault.Code.ShouldBe("IMB2043");
        fault.Message.ShouldContain("'RUN echo what is wrong >&2; exit 3' failed");
        fault.Message.ShouldContain("returned a non-zero code: 3");
        fault.Message.ShouldContain("\n  what is wrong");
        fault.IsTransient.ShouldBeFalse();
        bed.Lines.ShouldNotContain(line => line.Contains("never", StringComparison.Ordinal));
        (await engine.Client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = bed.Mine }, Token)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("FROM BASE\nRUM echo\n", null, "RUM")]
    [InlineData("FROM BASE\nCOPY missing /\n", null, "missing")]
    [InlineData("FROM BASE AS one\n", "two", "two")]
    [InlineData("FROM localhost:1/no/image:1\n", null, "localhost:1")]
    public async Task What_the_engine_will_not_build_is_told_in_its_words(string dockerfile, string? target, string words)
    {
        await using var bed = new DockerfileBed(engine.OpenOrSkip());
        bed.Dockerfile(dockerfile);
        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => bed.BuildAsync(bed.Options with { Target = target }));

        fault.Code.ShouldBe("IMB2043");
        fault.Message.ShouldContain(words);
        fault.Diagnostics[0].Location!.File.ShouldBe(bed.PathOf("Dockerfile"));
    }

    [Fact]
    public async Task What_is_ignored_is_neither_sent_nor_copied()
    {
        await using var bed = new DockerfileBed(engine.OpenOrSkip());
        bed.Dockerfile("FROM BASE\nCOPY . /ctx/\nRUN cd /ctx && /bin/busybox find . ! -type d | /bin/busybox sort | while read name; do echo \"sent $name\"; done\n");
        bed.Write(".dockerignore", "# all but\n*\n!src/**/*.cs\n!link\n**/*.Generated.cs\n");
        foreach (var name in new[] { "secret.key", "src/a/A.cs", "src/a/A.tmp", "src/a/B.Generated.cs", "docs/readme.md", "src/Ü ☺.cs" })
        {
            bed.Write(name, name);
        }

        File.CreateSymbolicLink(bed.PathOf("link"), "src/a/A.cs");
        await bed.BuildAsync();

        bed.Lines.Where(line => line.StartsWith("sent ", StringComparison.Ordinal)).ShouldBe(["sent ./link", "sent ./src/a/A.cs", "sent ./src/Ü ☺.cs"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_Dockerfile_from_outside_the_context_is_used_and_not_copied()
    {
        await using var bed = new DockerfileBed(engine.OpenOrSkip());
        bed.Dockerfile("FROM BASE\nCOPY . /ctx/\nRUN cd /ctx && /bin/busybox find . ! -type d | while read name; do echo \"sent $name\"; done\n", "outside/Dockerfile");
        bed.Write("app/run.sh", "");
        await bed.BuildAsync(bed.Options with { File = bed.PathOf("outside/Dockerfile"), Context = bed.PathOf("app") });

        bed.Lines.Where(line => line.StartsWith("sent ", StringComparison.Ordinal)).ShouldBe(["sent ./run.sh"]);
    }

    [Fact]
    public async Task Stage_and_arguments_are_the_ones_asked_for()
    {
        await using var bed = new DockerfileBed(engine.OpenOrSkip());
        bed.Dockerfile("ARG UNUSED=x\nFROM BASE AS first\nARG WORD=default\nARG OTHER=default\nRUN echo \"word $WORD, other $OTHER\"\nFROM first AS second\nRUN echo never && exit 1\n");
        var built = await bed.BuildAsync(bed.Options with { Target = "first", Arguments = bed.Options.Arguments.Add("WORD", "a b & \"c\"") });

        bed.Lines.ShouldContain("word a b & \"c\", other default");
        built.Base!.Name.ShouldBe(engine.Image);
    }

    [Fact]
    public async Task A_build_that_is_cancelled_ends_in_the_engine_too()
    {
        await using var bed = new DockerfileBed(engine.OpenOrSkip());
        bed.Dockerfile("FROM BASE\nRUN echo it runs && sleep 600\n");
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Should.ThrowAsync<OperationCanceledException>(() => bed.BuildAsync(
            say: line =>
            {
                if (line == "it runs")
                {
                    cancel.Cancel();
                }
            },
            cancellationToken: cancel.Token));

        var patience = Stopwatch.StartNew();
        while ((await engine.Client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = bed.Mine }, Token)).Count > 0)
        {
            patience.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(3), "the step's container is still there");
            await Task.Delay(100, Token);
        }
    }

    [Fact]
    public async Task A_private_base_image_is_pulled_with_the_credential_for_its_registry()
    {
        await using var bed = new DockerfileBed(engine.OpenOrSkip());
        SystemProgram.SkipUnlessInstalled("skopeo");
        await using var registry = await DockerRegistry.StartOrSkipAsync(DockerRegistry.Accounts);
        var image = $"{registry.Host}/private/base:1";
        await SystemProgram.SucceedAsync("skopeo", ["copy", "--insecure-policy", "--dest-tls-verify=false", "--dest-creds", $"puller:{DockerRegistry.Password}", $"docker-archive:{engine.Archive}", $"docker://{image}"]);
        bed.Dockerfile($"FROM {image}\nRUN echo pulled\n");

        var refused = await Should.ThrowAsync<ImmutableBuildException>(() => bed.BuildAsync());
        refused.Code.ShouldBe("IMB2043");
        refused.Message.ShouldMatch("no basic auth credentials|unauthorized");

        var built = await bed.BuildAsync(push: new PushOptions { Registry = registry.Host, UserVariable = "PULLER", PasswordVariable = "PULLER_PASSWORD" });
        built.Base!.Name.ShouldBe(image);
        built.Base.Digest.ShouldNotBeNull();
        bed.Lines.ShouldContain("pulled");
        bed.Lines.ShouldNotContain(line => line.Contains(DockerRegistry.Password, StringComparison.Ordinal));
        await engine.Client.Images.DeleteImageAsync(image, new ImageDeleteParameters { Force = true }, Token);
    }
}
