using ImmutableBuild.IntegrationTests.Rig;

namespace ImmutableBuild.IntegrationTests.Workflows;

/// <summary>The pipelines for others than GitHub, held against what their own systems are made of.</summary>
public sealed class OtherPipelinesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("imb").FullName;

    [Fact]
    public async Task GitLabs_schema_takes_the_pipeline_and_its_jobs_follow_one_another()
    {
        var pipeline = await ReadAsync("gitlab/.gitlab-ci.yml");

        var (code, output) = await ListAsync(pipeline);

        code.ShouldBe(0, output);
        output.ShouldContain("json schema validated");
        foreach (var job in (string[])["bake", "publish", "deploy", "rollback"])
        {
            output.ShouldContain($"\n{job} ");
        }

        (await ListAsync(pipeline + "\nbroken:\n  stage: bake\n  script: [echo]\n  bogus: 1\n")).Output.ShouldContain("'bogus' property is not expected");
    }

    [Fact]
    public async Task The_Groovy_that_Jenkins_uses_compiles_the_pipeline()
    {
        Assert.SkipWhen(SystemProgram.Find("groovy") is null || SystemProgram.Find("java") is null, "groovy is not on the PATH (tests/rig/install.sh).");
        var pipeline = await ReadAsync("jenkins/Jenkinsfile");

        (await CompileAsync(pipeline)).ExitCode.ShouldBe(0);
        (await CompileAsync(pipeline[..pipeline.LastIndexOf('}')])).Output.ShouldContain("expecting '}'");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<(int ExitCode, string Output)> ListAsync(string pipeline)
    {
        var packages = await WorkflowTools.InstalledAsync();
        await File.WriteAllTextAsync(Path.Combine(_directory, ".gitlab-ci.yml"), pipeline, TestContext.Current.CancellationToken);
        string[][] commands = [["init", "-q", "-b", "main"], ["remote", "add", "origin", "git@gitlab.example:acme/shop.git"], ["add", "-A"], ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false", "commit", "-q", "--allow-empty", "-m", "A pipeline"]];
        foreach (var command in commands)
        {
            await SystemProgram.RunAsync("git", ["-C", _directory, .. command]);
        }

        return await SystemProgram.RunAsync("node", [Path.Combine(packages, "node_modules", ".bin", "gitlab-ci-local"), "--cwd", Path.GetRelativePath(Environment.CurrentDirectory, _directory), "--list"]);
    }

    private async Task<(int ExitCode, string Output)> CompileAsync(string pipeline)
    {
        var file = Path.Combine(_directory, "Jenkinsfile.groovy");
        await File.WriteAllTextAsync(file, pipeline, TestContext.Current.CancellationToken);
        var java = Path.GetFullPath(Path.Combine((await SystemProgram.SucceedAsync("readlink", ["-f", SystemProgram.Find("java")!])).Trim(), "..", ".."));
        return await SystemProgram.RunAsync("groovy", ["-e", "new GroovyShell().parse(new File(args[0]))", file], new() { ["JAVA_HOME"] = java });
    }

    private static Task<string> ReadAsync(string file) =>
        File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "src/ImmutableBuild.Templates/templates/immutable", file), TestContext.Current.CancellationToken);
}
