using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>A git repository of a user who references the package, with a data directory of its own.</summary>
internal sealed class ScratchRepository : IAsyncDisposable
{
    private readonly PackedPackage _package;
    private readonly Dictionary<string, string?> _environment;

    public ScratchRepository(PackedPackage package)
    {
        _package = package;
        Root = Directory.CreateDirectory(Path.Combine(package.Root, $"repo ñ {Guid.NewGuid().ToString("N")[..6]}")).FullName;
        DataDirectory = Path.Combine(package.Root, $"data ö {Guid.NewGuid().ToString("N")[..6]}");
        _environment = new Dictionary<string, string?>(PackedPackage.Quiet)
        {
            ["IMMUTABLE_DATA_DIRECTORY"] = DataDirectory,

            // Far beyond what a machine busy with other tests takes: a late answer is not what they ask about.
            ["IMMUTABLE_PROBE_TIMEOUT"] = "10s",
            ["IMMUTABLE_HEALTH_TIMEOUT"] = "5m",

            // A test that asks what is seen after the switch says how long is watched.
            ["IMMUTABLE_SOAK"] = "500ms",

            // Each repository begins without layers; how small they are is not what these tests ask about either.
            ["IMMUTABLE_COMPRESSION"] = "fastest",

            // None of its projects needs a workload; each build would read the manifests of all there are, and each evaluation import them.
            ["MSBuildEnableWorkloadResolver"] = "false",
            ["NUGET_PACKAGES"] = package.Packages,
            ["NUGET_FALLBACK_PACKAGES"] = UserPackages,
            ["DOTNET_ROOT"] = DotnetRoot,
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = Path.Combine(Root, "no such file"),
        };
        foreach (var who in (string[])["AUTHOR", "COMMITTER"])
        {
            _environment[$"GIT_{who}_NAME"] = "A Tester";
            _environment[$"GIT_{who}_EMAIL"] = "tester@example.org";
        }

        WriteSources($"<add key=\"packed\" value=\"{package.Feed}\" />");
        Write(".gitignore", "bin/\nobj/\n*.binlog\n");
    }

    public string Root { get; }

    public string DataDirectory { get; }

    private static string UserPackages => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
        ? set
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    // Where the running runtime is, ROOT/shared/Microsoft.NETCore.App/VERSION/: the program of an installed tool looks for it there.
    private static string DotnetRoot => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <summary>The one line that a user writes.</summary>
    public string PackageReference => $"<PackageReference Include=\"ImmutableBuild\" Version=\"{_package.Version}\" PrivateAssets=\"all\" />";

    /// <summary>Sets a variable of every command from now on.</summary>
    public void SetVariable(string name, string value) => _environment[name] = value;

    public string PathOf(string path) => Path.Combine(Root, path);

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), content);
    }

    /// <summary>Lets NuGet look into one more directory.</summary>
    public void AddSource(string name, string directory) =>
        WriteSources($"<add key=\"packed\" value=\"{_package.Feed}\" /><add key=\"{name}\" value=\"{directory}\" />");

    /// <summary>A project that references the package. What analyzers think of it is asked nowhere.</summary>
    public void WriteProject(string path, string properties = "", string items = "", string sdk = "Microsoft.NET.Sdk.Web", string frameworks = "<TargetFramework>net10.0</TargetFramework>") =>
        Write(path, $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                {frameworks}
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit><RunAnalyzers>false</RunAnalyzers>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {PackageReference}
                {items}
              </ItemGroup>
            </Project>
            """);

    public async Task CommitAsync(string message = "A commit")
    {
        if (!Directory.Exists(PathOf(".git")))
        {
            await GitAsync("init", "-q", "-b", "main");
        }

        await GitAsync("add", "-A");
        await GitAsync("commit", "-q", "--allow-empty", "-m", message);
    }

    public async Task<string> GitAsync(params string[] arguments) =>
        (await Command.RunAsync("git", Root, arguments, _environment)).ShouldSucceed().Output.Trim();

    /// <summary><c>dotnet build PROJECT -t:TARGET</c>, piped, without anything that outlives it but the compiler, whose cold start would cost each build seconds.</summary>
    public Task<CommandResult> BuildAsync(string project, string target, params string[] arguments) =>
        BuildAsync(project, target, new Dictionary<string, string?>(), arguments);

    /// <summary>As above with <c>--no-restore</c>, of a project that the test has built before and that needs the same packages since.</summary>
    public Task<CommandResult> BuildRestoredAsync(string project, string target, params string[] arguments) =>
        BuildAsync(project, target, ["--no-restore", .. arguments]);

    /// <summary>As <see cref="BuildAsync(string, string, string[])"/>, with variables added to the build's environment.</summary>
    public Task<CommandResult> BuildAsync(string project, string target, IReadOnlyDictionary<string, string?> variables, params string[] arguments)
    {
        var environment = new Dictionary<string, string?>(_environment);
        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }

        return Command.RunAsync("dotnet", Root, Arguments(project, target, arguments), environment);
    }

    /// <summary>Runs a program in a directory of the repository, piped.</summary>
    public Task<CommandResult> RunAsync(string program, string directory, params string[] arguments) =>
        Command.RunAsync(program, PathOf(directory), arguments, _environment);

    /// <summary>Begins a build, to be watched or interrupted: also where whoever runs the tests has told them to ignore Ctrl+C.</summary>
    public RunningBuild StartBuild(string project, string target, params string[] arguments)
    {
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", .. Arguments(project, target, arguments)]) { WorkingDirectory = Root, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        return RunningBuild.Start(start);
    }

    /// <summary>What <see cref="BuildAsync(string, string, string[])"/> gives <c>dotnet</c>.</summary>
    public string[] Arguments(string project, string target, string[] more) =>
        ["build", PathOf(project), $"-t:{target}", "-p:UseRazorBuildServer=false", "-p:UseSharedCompilation=true", "-nodeReuse:false", "-tl:off", "-v:minimal", .. more];

    /// <summary>Processes that run out of this repository's data directory: gateway, keeper and instances.</summary>
    public IReadOnlyList<int> Processes()
    {
        // Not by Process.GetProcesses(), which reads every thread of the machine: waiting for the end of some would keep a processor busy.
        IEnumerable<string> all = OperatingSystem.IsLinux() ? Directory.EnumerateDirectories("/proc") : [];
        return
        [
            .. from path in all
               let id = int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
               where id != 0 && CommandLineOf(id).Contains(DataDirectory, StringComparison.Ordinal)
               select id,
        ];
    }

    /// <summary>The generations that have anything on disk to run with.</summary>
    public IReadOnlyList<string> Generations() =>
    [
        .. Directory.GetDirectories(Path.Combine(DataDirectory, "apps"), "generations", SearchOption.AllDirectories)
            .SelectMany(Directory.GetDirectories).Select(path => Path.GetFileName(path)),
    ];

    /// <summary>Ends whatever a failed test left running, and only that.</summary>
    public async ValueTask DisposeAsync()
    {
        // Keeper and gateway start each other again: all must go before any of them looks, and one round may not be enough.
        while (Processes() is { Count: > 0 } left)
        {
            foreach (var id in left)
            {
                Kill(id);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    private void WriteSources(string sources) => Write("NuGet.config", $"<configuration><packageSources>{sources}</packageSources></configuration>");

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It has just ended.
        }
    }

    private static string CommandLineOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }
}
