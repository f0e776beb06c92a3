using System.Collections.Immutable;
using System.ComponentModel;
using System.IO.Pipes;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Tests.Processes;

public sealed class UnixProcessHostTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("processes-").FullName;
    private readonly IProcessHost _host = ProcessHost.ForThisSystem();
    private readonly List<ProcessIdentity> _started = [];

    public UnixProcessHostTests() =>
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc and starts /bin/sh");

    public void Dispose()
    {
        _started.ForEach(_host.Kill);
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_process_gets_its_arguments_directory_and_environment_and_nothing_of_ours()
    {
        var process = Shell("echo \"$1\"; pwd; env", arguments: ["two words ✓"], environment: ("GREETING", "hällo"));

        (await Exit(process)).ShouldBe(0);
        var lines = await ReadOutput();
        lines[..2].ShouldBe(["two words ✓", _directory]);
        lines.ShouldContain("GREETING=hällo");
        lines.ShouldNotContain(line => line.StartsWith("HOME=", StringComparison.Ordinal) || line.StartsWith("DOTNET", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pipe_that_we_inherited_is_closed_in_the_process()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);

        var process = Shell("sleep 600");
        pipe.DisposeLocalCopyOfClientHandle();

        (await pipe.ReadAsync(new byte[1], TestContext.Current.CancellationToken)).ShouldBe(0, "end of file, since nobody else holds the other end");

        // Its loader opens libraries for a moment, under the next free number.
        SpinWait.SpinUntil(() => Descriptors(process.Id) is ["0", "1", "2"], Patience);
        Descriptors(process.Id).ShouldBe(["0", "1", "2"]);
    }

    private static string?[] Descriptors(int process) => [.. Directory.GetFiles($"/proc/{process}/fd").Select(Path.GetFileName).Order()];

    [Fact]
    public void A_process_leads_a_session_and_group_of_its_own()
    {
        var process = Shell("sleep 600");

        var fields = File.ReadAllText($"/proc/{process.Id}/stat").Split(") ")[1].Split(' ');
        fields[2..4].ShouldBe([$"{process.Id}", $"{process.Id}"], "process group and session");
    }

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("exit 0", 0)]
    public async Task The_exit_code_tells_how_it_ended(string script, int expected) => (await Exit(Shell(script))).ShouldBe(expected);

    [Fact]
    public async Task Signals_that_the_starter_ignores_are_at_their_defaults()
    {
        // .NET ignores SIGPIPE, and what is ignored stays so over exec.
        (await Exit(Shell("kill -PIPE $$; exit 1"))).ShouldBe(128 + 13);
    }

    [Fact]
    [Trait("Fault", "F45")]
    public async Task Killing_the_group_ends_what_an_ended_leader_left_behind()
    {
        var leader = Shell("trap '' TERM; sleep 600 & exit 3");
        (await Exit(leader)).ShouldBe(3);
        _host.IsRunning(leader).ShouldBeFalse();
        _host.IsGroupRunning(leader).ShouldBeTrue();

        _host.Terminate(leader);
        _host.IsGroupRunning(leader).ShouldBeTrue("the child ignores SIGTERM");
        _host.Kill(leader);

        await Until(() => !_host.IsGroupRunning(leader));
    }

    [Fact]
    [Trait("Fault", "F44")]
    public async Task A_recycled_number_is_another_process_and_is_left_alone()
    {
        var process = Shell("sleep 600");
        var before = process with { Start = "an-earlier-boot:1" };

        _host.IsRunning(before).ShouldBeFalse();
        _host.IsGroupRunning(before).ShouldBeFalse();
        (await _host.WaitForExitAsync(before, TestContext.Current.CancellationToken)).ShouldBeNull();
        _host.Kill(before);

        _host.IsRunning(process).ShouldBeTrue();
        _host.Find(process.Id).ShouldBe(process);
    }

    [Fact]
    public async Task Another_host_object_sees_the_end_of_a_process_it_did_not_start()
    {
        var process = Shell("sleep 600");
        var wait = ProcessHost.ForThisSystem().WaitForExitAsync(process, TestContext.Current.CancellationToken);

        _host.Kill(process);

        (await wait.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Fact]
    public async Task Output_is_appended_to_a_file_that_only_the_owner_reads()
    {
        (await Exit(Shell("echo one"))).ShouldBe(0);
        (await Exit(Shell("echo two >&2"))).ShouldBe(0);

        (await ReadOutput()).ShouldBe(["one", "two"]);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(OutputFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task A_program_that_is_still_open_for_writing_is_started_once_it_is_closed()
    {
        var program = Path.Combine(_directory, "program");
        ShellScript.Write(program, "exit 5");
        await using var writer = new FileStream(program, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

        var starting = Task.Run(() => _host.Start(Start("") with { Program = program, Arguments = [] }), TestContext.Current.CancellationToken);
        await Task.WhenAny(starting, Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken));
        await writer.DisposeAsync();
        var process = await starting;
        _started.Add(process);

        (await Exit(process)).ShouldBe(5);
    }

    [Fact]
    public void A_program_that_is_missing_is_named()
    {
        var start = Start("exit 0") with { Program = "/nowhere/app" };

        Should.Throw<Win32Exception>(() => _host.Start(start)).Message.ShouldContain("'/nowhere/app'");
    }

    [Theory]
    [InlineData("4711@boot:12", true)]
    [InlineData("4711", false)]
    [InlineData("@boot", false)]
    [InlineData("-4711@boot", false)]
    [InlineData("1@boot", false)]
    [InlineData("4711@", false)]
    [InlineData(null, false)]
    public void The_text_form_is_strict(string? text, bool valid)
    {
        ProcessIdentity.TryParse(text, out var identity).ShouldBe(valid);
        identity?.ToString().ShouldBe(text);
    }

    private string OutputFile => Path.Combine(_directory, "output");

    private ProcessIdentity Shell(string script, string[]? arguments = null, (string Name, string Value)? environment = null)
    {
        var process = _host.Start(Start(script, arguments, environment));
        _started.Add(process);
        return process;
    }

    private ProcessStart Start(string script, string[]? arguments = null, (string Name, string Value)? environment = null) => new()
    {
        Program = "/bin/sh",
        Arguments = ["-c", script, "sh", .. arguments ?? []],
        Environment = ImmutableSortedDictionary<string, string>.Empty.Add("PATH", "/usr/bin:/bin").AddRange(
            environment is { } pair ? [KeyValuePair.Create(pair.Name, pair.Value)] : []),
        WorkingDirectory = _directory,
        OutputFile = OutputFile,
    };

    private Task<int?> Exit(ProcessIdentity process) =>
        _host.WaitForExitAsync(process, TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);

    private Task<string[]> ReadOutput() => File.ReadAllLinesAsync(OutputFile, TestContext.Current.CancellationToken);

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
