using ImmutableBuild.Gateway;
using ImmutableBuild.Images;
using ImmutableBuild.Local.Files;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local.Gateways;

/// <summary>
/// Which copies of the gateway's program are in use. Each app names the one its gateway was started from, in its own directory,
/// before it is started; a copy that no app names goes.
/// </summary>
internal sealed class GatewayCopies(LocalLayout layout, TimeProvider time)
{
    /// <summary>The file in an app's directory, one name a line, the newest last.</summary>
    public const string NamesFile = "programs";

    private const string Removed = ".removed-";

    // How many names an app keeps. A gateway that is started beside one that only did not answer ends at once, and the other one runs from the copy named before.
    // One that was upgraded may still end what it works on when the next upgrade comes.
    private const int NamedByAnApp = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Makes or finds the copy of <paramref name="program"/>, and names it for <paramref name="app"/>. Returns its path.</summary>
    public async Task<string> UseAsync(AppKey app, GatewayProgram program, CancellationToken cancellationToken)
    {
        using var held = await HoldAsync(cancellationToken);
        var path = program.Keep();
        var name = Path.GetFileName(Path.GetDirectoryName(path)!);
        var names = NamesOf(layout.App(app)).Where(other => other != name).Append(name).TakeLast(NamedByAnApp);
        var file = Path.Combine(layout.App(app), NamesFile);
        File.WriteAllLines(file + ".new", names);
        Renaming.Do(() => File.Move(file + ".new", file, overwrite: true));
        return path;
    }

    /// <summary>Removes the copies that no app names; none while an app's gateway may run from a copy it has not named. Returns how many went.</summary>
    public int RemoveUnused()
    {
        if (!Directory.Exists(layout.Gateways) || !Directory.Exists(layout.Apps))
        {
            return 0;
        }

        using var held = LockFile.TryTake(LockPath);
        var apps = Directory.GetDirectories(layout.Apps);
        if (held is null || apps.Any(app => MayRun(app) && NamesOf(app).Length == 0))
        {
            return 0;
        }

        var used = apps.SelectMany(NamesOf).ToHashSet(StringComparer.Ordinal);
        return Directory.GetDirectories(layout.Gateways).Where(copy => !used.Contains(Path.GetFileName(copy))).Count(TryRemove);
    }

    // Moved aside first: a copy that is removed only in part must not have the name of a whole one.
    private bool TryRemove(string copy)
    {
        var aside = Path.Combine(layout.Gateways, Removed + Guid.NewGuid().ToString("N"));
        try
        {
            Directory.Move(copy, aside);
            Directory.Delete(aside, recursive: true);
            return true;
        }
        catch (Exception fault) when (OperatingSystem.IsWindows() && (fault is IOException or UnauthorizedAccessException))
        {
            // A keeper still runs from this copy, though its gateway runs from a later one. The copy is removed once the keeper has ended.
            return false;
        }
    }

    private async Task<IDisposable> HoldAsync(CancellationToken cancellationToken)
    {
        layout.Create(layout.Gateways);
        while (true)
        {
            if (LockFile.TryTake(LockPath) is { } held)
            {
                return held;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private string LockPath => Path.Combine(layout.Gateways, ".lock");

    private static bool MayRun(string app) =>
        File.Exists(Path.Combine(app, GatewayFiles.State)) || File.Exists(Path.Combine(app, GatewayFiles.PreviousState));

    private static string[] NamesOf(string app)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(app, NamesFile));
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            // Not looked for before it is read: a release that stops its app removes the file without the lock.
            return [];
        }
    }
}
