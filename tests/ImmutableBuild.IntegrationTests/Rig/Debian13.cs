using System.Diagnostics;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>A program of the PATH, or else of the rig's Debian 13 root (tests/rig/install.sh), or one of another Debian root there, which sees a directory of its own only.</summary>
internal sealed class Debian13 : IDisposable
{
    private readonly string _root;
    private readonly string _program;

    private Debian13(string root, string program)
    {
        (_root, _program) = (root, program);
        Directory = System.IO.Directory.CreateDirectory(Path.Combine(root.Length > 0 ? root + "/tmp" : Path.GetTempPath(), $"{program}-{Guid.NewGuid():N}")).FullName;
    }

    /// <summary>The rig's Debian 13 root.</summary>
    public static string Root => Path.Combine(Environment.GetEnvironmentVariable("IMMUTABLE_RIG") ?? "/var/cache/immutable-rig", "trixie");

    /// <summary>A directory for its files, gone afterwards. The program sees it under <see cref="Inside"/>.</summary>
    public string Directory { get; }

    /// <summary>Finds it, or skips the test with the reason.</summary>
    public static Debian13 FindOrSkip(string program)
    {
        if (SystemProgram.Find(program) is not null)
        {
            return new Debian13("", program);
        }

        Assert.SkipUnless(File.Exists(Path.Combine(Root, "usr/bin", program)) && Environment.UserName == "root", $"{program} is neither on the PATH nor in the rig (tests/rig/install.sh, as root).");
        return new Debian13(Root, program);
    }

    /// <summary>Finds a program of the rig's root of Debian sid, or skips the test with the reason.</summary>
    public static Debian13 FindInSidOrSkip(string program)
    {
        var root = Path.Combine(Path.GetDirectoryName(Root)!, "sid");
        Assert.SkipUnless(File.Exists(Path.Combine(root, "usr/bin", program)) && Environment.UserName == "root", $"{program} of Debian sid is not in the rig (tests/rig/install.sh, as root).");
        return new Debian13(root, program);
    }

    /// <summary>The path of a file of <see cref="Directory"/> as the program sees it.</summary>
    public string Inside(string name) => Path.Combine(Directory, name)[_root.Length..];

    /// <summary>Runs it; its output and errors are one text.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(string[] arguments, Dictionary<string, string>? variables = null)
    {
        var all = new Dictionary<string, string>(variables ?? []) { ["HOME"] = Inside("") };
        return _root.Length == 0 ? SystemProgram.RunAsync(_program, arguments, all) : SystemProgram.RunAsync("chroot", [_root, _program, .. arguments], all);
    }

    /// <summary>Writes a script that runs it as if it were a program of this machine: files of its root are named by their paths here.</summary>
    public void WriteLauncher(string file)
    {
        var run = _root.Length == 0 ? $"exec {SystemProgram.Find(_program)} \"$@\"" : $"args=(); for arg; do args+=(\"${{arg#{_root}}}\"); done; cd /; exec chroot {_root} {_program} \"${{args[@]}}\"";
        SystemProgram.WriteScript(file, $"#!/bin/bash\n{run}\n");
    }

    /// <summary>What starts another program of the same system, one that goes on beside the test.</summary>
    public ProcessStartInfo Command(string program, params string[] arguments) => _root.Length == 0 ? new(program, arguments) : new("chroot", [_root, program, .. arguments]);

    /// <inheritdoc/>
    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
