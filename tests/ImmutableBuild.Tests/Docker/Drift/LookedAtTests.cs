using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Docker.Drift;
using ImmutableBuild.Generations.Drift;

namespace ImmutableBuild.Tests.Docker.Drift;

/// <summary>Files and processes of a container, and which of them mean something.</summary>
public sealed class LookedAtTests
{
    private static readonly HostConfiguration s_host = new()
    {
        Tmpfs = new Dictionary<string, string> { ["/tmp"] = "rw" },
        Mounts = [new ContainerMount("volume", "data", "/var/lib/app/")],
    };

    [Fact]
    public void What_the_engine_puts_there_and_what_is_mounted_is_no_drift() => Files(
        ("/dev", 0), ("/dev/console", 1), ("/etc", 0), ("/etc/hosts", 1), ("/etc/hostname", 1), ("/etc/resolv.conf", 1), ("/.dockerenv", 1),
        ("/tmp", 0), ("/tmp/work", 1), ("/var", 0), ("/var/lib", 0), ("/var/lib/app", 1), ("/var/lib/app/db", 1)).ShouldBeEmpty();

    [Fact, Trait("Fault", "F37")]
    public void Files_that_were_changed_added_or_deleted_are_told_without_the_directories_around_them() => Files(
        ("/app", 0), ("/app/appsettings.json", 0), ("/app/plugin.dll", 1), ("/usr", 0), ("/usr/lib", 0), ("/usr/lib/libssl.so", 2), ("/tmpfile", 1))
        .ShouldBe([("/app/appsettings.json", "changed"), ("/app/plugin.dll", "added"), ("/tmpfile", "added"), ("/usr/lib/libssl.so", "deleted")]);

    [Fact]
    public void A_thousand_files_make_no_thousand_lines()
    {
        var told = Files([.. Enumerable.Range(0, 1000).Select(number => ($"/app/{number}", 1))]);

        told.Count.ShouldBe(21);
        told[^1].Path.ShouldBe("980 further files");
    }

    [Fact]
    public void What_the_first_process_started_or_took_on_is_the_apps_own() =>
        Processes(["100", "50", "/app/Web"], ["101", "100", "/app/worker"], ["102", "101", "sh"], ["103", "100", "an orphan"]).ShouldBeEmpty();

    [Fact, Trait("Fault", "F37")]
    public void A_process_from_outside_is_told_by_its_program_alone()
    {
        var found = Processes(["100", "50", "/app/Web"], ["200", "50", "sh -c PASSWORD=hunter2 run"], ["201", "200", "sleep 1"]).ShouldHaveSingleItem();

        (found.Kind, found.Subject).ShouldBe((DriftKind.Processes, "process sh"));
        $"{found}".ShouldNotContain("hunter2");
    }

    [Fact]
    public void What_is_asked_of_the_gateway_through_the_engine_is_no_drift() =>
        Processes(["100", "50", "/app/Web"], ["200", "50", "dotnet gateway connect"]).ShouldBeEmpty();

    private static List<(string Path, string Found)> Files(params (string Path, int Kind)[] changes) =>
        [.. FileDifferences.Of([.. changes.Select(change => new ContainerFileSystemChangeResponse(change.Path, (FileSystemChangeKind)change.Kind))], s_host).Select(found => (found.Subject, found.Found))];

    private static IReadOnlyList<Difference> Processes(params string[][] rows) =>
        ProcessDifferences.Of(new ContainerProcessesResponse(["PID", "PPID", "COMMAND"], rows), first: 100, ["dotnet gateway connect"]);
}
