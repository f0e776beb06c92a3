using System.Collections.Immutable;
using System.Globalization;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Bases;
using ImmutableBuild.Registries;
using ImmutableBuild.Releases;
using ImmutableBuild.Releases.Source;

namespace ImmutableBuild.Shells;

/// <summary>
/// A release of next to nothing from Bake to Push, for the time in which a project is compiled: what .NET does at the first use of the stages' code is done then. It has
/// a place, a registry and a key of its own, reads no variable, asks no other machine, tells nobody, and leaves nothing behind. No release depends on it.
/// </summary>
public static class Rehearsal
{
    private const string Program = "App";

    private const string Dependencies = """
        {
          "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0/linux-x64" },
          "targets": { ".NETCoreApp,Version=v10.0/linux-x64": {
            "App/1.0.0": { "runtime": { "App.dll": {} } },
            "Some.Package/1.0.0": { "runtime": { "lib/net10.0/Some.Package.dll": { "assemblyVersion": "1.0.0.0", "fileVersion": "1.0.0.0" } } } } },
          "libraries": {
            "App/1.0.0": { "type": "project", "serviceable": false, "sha512": "" },
            "Some.Package/1.0.0": { "type": "package", "serviceable": true, "sha512": "" } }
        }
        """;

    private const string Assets = """
        {
          "version": 3,
          "targets": { "net10.0/linux-x64": { "Some.Package/1.0.0": { "type": "package", "runtime": { "lib/net10.0/Some.Package.dll": {} } } } },
          "libraries": { "Some.Package/1.0.0": { "type": "package", "path": "some.package/1.0.0", "sha512": "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==", "files": [] } },
          "packageFolders": {},
          "project": { "frameworks": { "net10.0": { "downloadDependencies": [ { "name": "Some.Framework", "version": "[1.0.0, 1.0.0]" } ] } } }
        }
        """;

    /// <summary>Runs it in <paramref name="directory"/>, which is made and removed; what it released, or null where it was cancelled or did not succeed.</summary>
    public static async Task<ReleaseRecord?> RunAsync(string directory, CancellationToken cancellationToken)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            // A rehearsal that was killed may have left its directory.
            Remove(directory);
            return await ReleaseAsync(directory, cancellationToken);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // What went wrong, such as a full disk, the release itself will meet and report.
            return null;
        }
        finally
        {
            Remove(directory);
        }
    }

    private static async Task<ReleaseRecord> ReleaseAsync(string directory, CancellationToken cancellationToken)
    {
        var published = Path.Combine(directory, "publish");
        Directory.CreateDirectory(published);
        await File.WriteAllTextAsync(Path.Combine(published, Program), "#!/bin/sh\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(published, "App.deps.json"), Dependencies, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(published, "App.staticwebassets.endpoints.json"), """{ "Endpoints": [] }""", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(published, "App.dll"), "", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(published, "Some.Package.dll"), "", cancellationToken);
        var assets = Path.Combine(directory, "project.assets.json");
        await File.WriteAllTextAsync(assets, Assets, cancellationToken);

        await using var registry = new RehearsedRegistry();
        var options = new ReleaseOptions { App = new AppKey("app", "rehearsal"), DataDirectory = Path.Combine(directory, "data"), Push = new PushOptions { Registry = registry.Host } };
        var compiled = Compiled(published, assets, Path.Combine(directory, "packages.json"));

        // Most images have a base that is pinned, and pulled.
        var bake = (await RunAsync(Path.Combine(directory, "base"), options, compiled, [StageName.Bake], cancellationToken)).Bake!;
        await registry.HoldAsync(OciLayout.Open(bake.Layout), bake.Digest, "base", "1", cancellationToken);
        var upon = new BakeOptions { Repository = "app", BaseImage = $"{registry.Host}/base:1", LockFile = Path.Combine(directory, BaseLock.FileName) };
        new BaseLock(ImmutableSortedDictionary<string, Digest>.Empty.Add(upon.BaseImage, bake.Digest)).Write(upon.LockFile);
        return await RunAsync(Path.Combine(directory, "work"), options with { Bake = upon }, compiled, [StageName.Bake, StageName.Scan, StageName.Sign, StageName.Push], cancellationToken);
    }

    private static async Task<ReleaseRecord> RunAsync(string work, ReleaseOptions options, CompileRecord compiled, StageName[] stages, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(work);
        var context = new StageContext(options, new Nobody(), TimeProvider.System, _ => null) { WorkDirectory = work, Registries = RehearsedRegistry.Connect };
        var record = ReleaseChain.Begin("rehearsal", options, compiled, TimeSpan.Zero);
        await new ReleaseRecordFile(work).WriteAsync(record, cancellationToken);
        foreach (var stage in stages)
        {
            record = await new StageRun(context, Path.Combine(work, "no gateway")).RunAsync(stage, compiled.Commit, keepsLease: false, cancellationToken);
        }

        return record;
    }

    private static CompileRecord Compiled(string published, string assets, string packages)
    {
        var output = new PublishRecord { Directory = published, RuntimeIdentifier = "linux-x64", SelfContained = true, EntryPoint = Program };
        PackageDescriptions.Write(assets, output, packages);
        return new CompileRecord
        {
            Commit = CommitSha.Parse(new string('a', 40)),
            CommitTime = DateTimeOffset.UnixEpoch,
            Branch = "main",
            RepositoryUrl = "https://example.org/app",
            Version = "1.0.0",
            Project = "App.csproj",
            Published = [output with { Stamp = EarlierPublish.StampOf(published), Packages = RestoredPackages.Read(assets), PackageDescriptions = packages }],
            SdkVersion = "10.0.100",
        };
    }

    private static void Remove(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The directory was never made, or the next rehearsal removes it.
        }
    }

    private sealed class Nobody : IReporter
    {
        public void Started(StageName stage)
        {
        }

        public void Finished(StageName stage, TimeSpan elapsed, string summary)
        {
        }

        public void Detail(string message)
        {
        }

        public void Warn(Diagnostic warning)
        {
        }
    }
}
