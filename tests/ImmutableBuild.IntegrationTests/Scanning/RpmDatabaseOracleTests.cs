using ImmutableBuild.Images;
using ImmutableBuild.IntegrationTests.Rig;
using ImmutableBuild.Scanning.Packages;

namespace ImmutableBuild.IntegrationTests.Scanning;

/// <summary>A database that the real rpm writes, against what the real rpm says is in it.</summary>
public sealed class RpmDatabaseOracleTests
{
    private const string Query = "%{NAME}|%{EPOCHNUM}|%{VERSION}|%{RELEASE}|%{LICENSE}\n";

    [Fact]
    public async Task Rpm_lists_the_same_packages()
    {
        SystemProgram.SkipUnlessInstalled("rpmbuild");
        var root = Directory.CreateTempSubdirectory("immutable-rpm-").FullName;
        try
        {
            var packages = await BuildAsync(root);
            string[] database = ["--dbpath", Path.Combine(root, "db"), "--define", "_db_backend sqlite"];
            await SystemProgram.SucceedAsync("rpm", [.. database, "--initdb"]);
            await SystemProgram.SucceedAsync("rpm", [.. database, "-i", "--justdb", "--nodeps", "--force", .. packages]);
            var said = (await SystemProgram.SucceedAsync("rpm", [.. database, "-qa", "--queryformat", Query])).Split('\n', StringSplitOptions.RemoveEmptyEntries);

            using var file = File.OpenRead(Path.Combine(root, "db", "rpmdb.sqlite"));
            var read = RpmDatabase.Read(file, new OsRelease("rocky", "9", "Rocky"), "x", Digest.Of("layer"u8));

            said.Length.ShouldBe(61);
            read.Select(package => $"{package.Name}|{Epoch(package.Version)}|{package.Version.Split(':')[^1].Replace("-", "|", StringComparison.Ordinal)}|{package.License!.Text}")
                .Order(StringComparer.Ordinal).ShouldBe(said.Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static string Epoch(string version) => version.Contains(':', StringComparison.Ordinal) ? version.Split(':')[0] : "0";

    // Packages of all sizes, so that there are rows on one page, on several, and pages above pages.
    private static async Task<string[]> BuildAsync(string root)
    {
        var parts = Enumerable.Range(0, 60).Select(i => $"""
            %package -n part{i}
            Summary: Part
            Version: 1.{i}
            License: MIT{(i % 2 == 0 ? " and BSD" : "")}
            {(i % 3 == 0 ? $"Epoch: {i}" : "")}
            %description -n part{i}
            {string.Concat(Enumerable.Repeat("A line of a text.\n", i * 10))}
            %files -n part{i}
            """);
        var spec = Path.Combine(root, "many.spec");
        await File.WriteAllTextAsync(spec, $"Name: many\nVersion: 1\nRelease: 2.el9\nSummary: Many\nLicense: MIT\n%description\nMany\n%files\n{string.Join('\n', parts)}\n", TestContext.Current.CancellationToken);
        await SystemProgram.SucceedAsync("rpmbuild", ["-bb", "--define", $"_topdir {root}", spec]);
        return Directory.GetFiles(Path.Combine(root, "RPMS"), "*.rpm", SearchOption.AllDirectories);
    }
}
