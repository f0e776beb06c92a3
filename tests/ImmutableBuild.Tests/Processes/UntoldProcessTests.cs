using System.Collections.Immutable;
using System.ComponentModel;
using ImmutableBuild.Processes;
using ImmutableBuild.Processes.Unix;

namespace ImmutableBuild.Tests.Processes;

/// <summary>A system that does not tell about a process, say for want of descriptors, does not say that it is gone.</summary>
public sealed class UntoldProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly IOException TooManyOpenFiles = new("Too many open files", 24);

    private readonly string _directory = Directory.CreateTempSubdirectory("processes-").FullName;
    private readonly IProcessHost _starter = ProcessHost.ForThisSystem();
    private readonly UnixProcessHost _host;
    private readonly List<ProcessIdentity> _started = [];
    private volatile Func<string, string> _readFile = File.ReadAllText;

    public UntoldProcessTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc and starts /bin/sh");
        _host = new UnixProcessHost(path => _readFile(path));
    }

    public void Dispose()
    {
        _started.ForEach(_starter.Kill);
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [Trait("Fault", "F44")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_process_runs_as_long_as_the_system_does_not_say_otherwise(bool isDenied)
    {
        Exception silence = isDenied ? new UnauthorizedAccessException("Permission denied") : TooManyOpenFiles;
        var process = Sleep();
        _readFile = _ => throw silence;

        _host.IsRunning(process).ShouldBeTrue();
        _host.IsGroupRunning(process).ShouldBeTrue();
        Should.Throw<IOException>(() => _host.Find(process.Id)).Message.ShouldBe(silence.Message);
    }

    [Fact]
    [Trait("Fault", "F44")]
    public async Task Its_end_is_waited_for_until_the_system_tells()
    {
        var process = Sleep();
        var (asked, exited) = (0, _starter.WaitForExitAsync(process, TestContext.Current.CancellationToken));
        _readFile = path =>
        {
            Interlocked.Increment(ref asked);
            throw TooManyOpenFiles;
        };
        var wait = _host.WaitForExitAsync(process, TestContext.Current.CancellationToken);
        SpinWait.SpinUntil(() => Volatile.Read(ref asked) > 1 || wait.IsCompleted, Patience);
        wait.IsCompleted.ShouldBeFalse();

        _starter.Kill(process);
        await exited.WaitAsync(Patience, TestContext.Current.CancellationToken);
        _readFile = File.ReadAllText;

        (await wait.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Fact]
    [Trait("Fault", "F44")]
    public void A_boot_that_is_not_told_is_no_end_of_a_process()
    {
        var process = Sleep();
        _readFile = path => path.EndsWith("boot_id", StringComparison.Ordinal) ? throw new FileNotFoundException("no boot_id", path) : File.ReadAllText(path);

        _host.IsRunning(process).ShouldBeTrue();
    }

    [Fact]
    [Trait("Fault", "F44")]
    public void What_may_be_another_process_gets_no_signal()
    {
        var process = Sleep();
        _readFile = _ => throw TooManyOpenFiles;

        Should.Throw<IOException>(() => _host.Kill(process));

        _starter.IsRunning(process).ShouldBeTrue();
    }

    [Fact]
    public void A_process_that_could_never_be_found_again_is_not_left_running()
    {
        var file = Path.Combine(_directory, "pid");
        _readFile = _ =>
        {
            SpinWait.SpinUntil(() => File.Exists(file) && File.ReadAllText(file).EndsWith('\n'), Patience);
            throw TooManyOpenFiles;
        };

        Should.Throw<Win32Exception>(() => _host.Start(Shell($"echo $$ > {file}; exec sleep 600"))).Message.ShouldContain("Too many open files");

        var pid = int.Parse(File.ReadAllText(file), provider: null);
        SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{pid}"), Patience).ShouldBeTrue("it ended, and no zombie is left");
    }

    [Fact]
    public async Task A_process_that_ends_while_it_is_looked_at_is_gone()
    {
        var process = Sleep();
        var exited = _starter.WaitForExitAsync(process, TestContext.Current.CancellationToken);
        _readFile = path =>
        {
            using var opened = new StreamReader(path, new FileStreamOptions { BufferSize = 0 });
            _starter.Kill(process);
            exited.Wait(Patience).ShouldBeTrue();
            return opened.ReadToEnd();
        };

        _host.IsRunning(process).ShouldBeFalse();
        _host.Find(process.Id).ShouldBeNull();
        (await exited).ShouldBe(137);
    }

    private ProcessIdentity Sleep()
    {
        var process = _starter.Start(Shell("exec sleep 600"));
        _started.Add(process);
        return process;
    }

    private ProcessStart Shell(string script) => new()
    {
        Program = "/bin/sh",
        Arguments = ["-c", script],
        Environment = ImmutableSortedDictionary<string, string>.Empty.Add("PATH", "/usr/bin:/bin"),
        WorkingDirectory = _directory,
    };
}
