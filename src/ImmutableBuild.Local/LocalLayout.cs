using System.Collections.Immutable;
using ImmutableBuild.Errors;
using ImmutableBuild.Gateway;
using ImmutableBuild.Images;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Local;

/// <summary>
/// Where everything of the local target is, under one data directory that only its owner may enter. Asking for a path creates
/// nothing.
/// </summary>
/// <param name="Root">The data directory's absolute path.</param>
public sealed record LocalLayout(string Root)
{
    /// <summary>Files of unpacked images, by content, shared between generations and apps.</summary>
    public string Files => Path.Combine(Root, "files");

    /// <summary>Unpacked images, by digest.</summary>
    public string Images => Path.Combine(Root, "images");

    /// <summary>The gateway's program, by content: a running gateway doesn't depend on a package cache or build output.</summary>
    public string Gateways => Path.Combine(Root, "gateway");

    /// <summary>Everything of all apps, by app and environment.</summary>
    public string Apps => Path.Combine(Root, "apps");

    /// <summary>The embedded image store of an app: an OCI layout.</summary>
    public string Store(string app) => Path.Combine(Root, "store", app);

    /// <summary>One unpacked image.</summary>
    public string Image(Digest image) => Path.Combine(Images, image.Hex);

    /// <summary>Everything of one app in one environment: the gateway's state, ledger, instances and logs. '.' is in no label, so no two keys share one.</summary>
    public string App(AppKey app) => Path.Combine(Apps, $"{app.App}.{app.Environment}");

    /// <summary>The lock of whoever starts the gateway of an app, or tidies up after its stop. It is beside the app's directory and stays, since such a file is never removed.</summary>
    public string StartLock(AppKey app) => App(app) + ".lock";

    /// <summary>Every app that has a directory, by name; IMB6100 when that can't be read.</summary>
    public ImmutableArray<AppKey> FindApps()
    {
        var apps = Path.Combine(Root, "apps");
        try
        {
            return !Directory.Exists(apps) ? [] :
            [
                .. from directory in Directory.EnumerateDirectories(apps)
                   let parts = Path.GetFileName(directory).Split('.')
                   where parts.Length == 2 && parts.All(AppKey.IsLabel)
                   orderby parts[0], parts[1]
                   select new AppKey(parts[0], parts[1]),
            ];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(apps, fault);
        }
    }

    /// <summary>Makes sure that <paramref name="directory"/> exists and that it and the data directory are for their owner alone; IMB6100 when that can't be.</summary>
    public void Create(string directory)
    {
        try
        {
            foreach (var each in (string[])[Root, directory])
            {
                OwnersDirectory.Create(each);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.DataDirectoryUnusable(directory, fault);
        }
    }
}
