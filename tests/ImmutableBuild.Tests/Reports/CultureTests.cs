using System.Globalization;
using System.Security.Cryptography;
using ImmutableBuild.Images;
using ImmutableBuild.MSBuild;
using ImmutableBuild.Registries;
using ImmutableBuild.Tests.Images;
using ImmutableBuild.Tests.MSBuild;
using ImmutableBuild.Tests.Registries;
using Microsoft.Build.Utilities;
using Task = System.Threading.Tasks.Task;

namespace ImmutableBuild.Tests.Reports;

/// <summary>Tasks run in MSBuild's culture, which is that of whoever builds; what they say does not depend on it.</summary>
public sealed class CultureTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Stages_count_sizes_with_a_point_where_people_write_a_comma()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CultureInfo.CurrentCulture = WithCommas();
        var compile = Baking.Compile(PublishOutput.Write(_directory["out"], [.. PublishOutput.Files, ("big.txt", Random(5_000))]));
        var context = Baking.Context(_directory, "work");

        var bake = await new BakeStage().RunAsync(Baking.Record(compile), context, TestContext.Current.CancellationToken);
        var push = await new PushStage().RunAsync(Pushing.Sign(bake.Record, key), context, TestContext.Current.CancellationToken);

        bake.Summary.ShouldMatch(@" [0-9]+\.[0-9] kB, ");
        push.Summary.ShouldMatch(@" [0-9]+\.[0-9] kB sent$");
    }

    [Fact]
    public void A_task_says_it_with_a_point_too_and_leaves_the_builds_culture_as_it_was()
    {
        var culture = CultureInfo.CurrentCulture = WithCommas();
        var engine = new FakeBuildEngine();

        new SaysHalf { BuildEngine = engine, Project = new TaskItem("App.csproj") }.Execute().ShouldBeTrue();

        engine.Messages.ShouldHaveSingleItem().Message.ShouldBe("0.5 s");
        CultureInfo.CurrentCulture.ShouldBe(culture);
    }

    // The tests know no culture but the invariant one.
    private static CultureInfo WithCommas()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        return culture;
    }

    // Text that doesn't get small by compression.
    private static string Random(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }

    private sealed class SaysHalf : ReleaseTask
    {
        protected override async Task RunAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            Log.LogMessage($"{TimeSpan.FromMilliseconds(500).TotalSeconds:0.0} s");
        }
    }
}
