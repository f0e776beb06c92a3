using System.Collections.Immutable;
using System.ComponentModel;
using ImmutableBuild.Processes;

namespace ImmutableBuild.Tests.Processes;

/// <summary>The host of other systems, as far as a Unix shell shows it.</summary>
public sealed class PortableProcessHostTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("processes-").FullName;
    private readonly PortableProcessHost _host = new();
    private readonly List<ProcessIdentity> _started = [];

    public PortableProcessHostTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "starts /bin/sh");

    public void Dispose()
    {
        _started.ForEach(_host.Kill);
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Output_goes_on_at_the_beginning_of_a_file_that_was_emptied()
    {
        Shell($"echo one; {Wait("go")}; echo two");
        await Until(() => ReadOutput() == "one\n");

        await using (var file = new FileStream(OutputFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(0);
        }

        await WriteAsync("go");
        await Until(() => ReadOutput() == "two\n");
    }

    [Fact]
    public async Task A_process_has_ended_though_what_it_started_holds_its_output()
    {
        var process = Shell($"({Wait("go")}) & {Wait("leave")}; exit 7");
        var exit = _host.WaitForExitAsync(process, TestContext.Current.CancellationToken);

        await WriteAsync("leave");

        (await exit.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBe(7);
        await WriteAsync("go");
    }

    [Fact]
    public void A_program_whose_output_has_no_place_is_not_started()
    {
        var start = Start("exit 0") with { OutputFile = Path.Combine(_directory, "nowhere", "output") };

        Should.Throw<Win32Exception>(() => _host.Start(start)).Message.ShouldContain("'/bin/sh'");
    }

    private string OutputFile => Path.Combine(_directory, "output");

    private ProcessIdentity Shell(string script)
    {
        var process = _host.Start(Start(script));
        _started.Add(process);
        return process;
    }

    private ProcessStart Start(string script) => new()
    {
        Program = "/bin/sh",
        Arguments = ["-c", script],
        Environment = ImmutableSortedDictionary<string, string>.Empty.Add("PATH", "/usr/bin:/bin"),
        WorkingDirectory = _directory,
        OutputFile = OutputFile,
    };

    // Not for ever: what waits may be left behind by a test that failed.
    private static string Wait(string file) => $"for i in $(seq 2400); do [ -e {file} ] && break; sleep 0.05; done";

    private Task WriteAsync(string file) => File.WriteAllTextAsync(Path.Combine(_directory, file), "", TestContext.Current.CancellationToken);

    private string ReadOutput()
    {
        using var reader = new StreamReader(new FileStream(OutputFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
