using System.Diagnostics;

namespace ImmutableBuild.Tests.Processes;

/// <summary>
/// Programs that stand in for others. Another process writes them: a file that this one writes is open in every process that is just being started here,
/// too, and the system runs no file that somebody has open for writing ("Text file busy").
/// </summary>
internal static class ShellScript
{
    /// <summary>Writes a program of <paramref name="commands"/> to <paramref name="path"/>, in place of what is there.</summary>
    public static void Write(string path, string commands)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a script for a Unix shell.");
        var start = new ProcessStartInfo("/bin/sh", ["-c", "rm -f \"$0\" && cat > \"$0\" && chmod 700 \"$0\"", path]) { RedirectStandardInput = true, UseShellExecute = false };
        using var writer = Process.Start(start)!;
        writer.StandardInput.Write($"#!/bin/sh\n{commands}\n");
        writer.StandardInput.Close();
        writer.WaitForExit();
        writer.ExitCode.ShouldBe(0);
    }
}
