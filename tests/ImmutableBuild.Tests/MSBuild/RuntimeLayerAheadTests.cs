using ImmutableBuild.MSBuild;
using ImmutableBuild.Tests.Images;

namespace ImmutableBuild.Tests.MSBuild;

/// <summary>Work beside a build is begun where it was offered, and what goes wrong with it is nobody's trouble.</summary>
public sealed class RuntimeLayerAheadTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeBuildEngine _engine = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task It_is_made_once_the_runtimes_files_are_known()
    {
        RuntimeLayerAhead.Offer(_engine, Baking.Context(_directory, "work"));
        PublishOutput.Write(_directory["pack"], [("System.Runtime.dll", "runtime")]);

        Begin("System.Runtime.dll");

        (await RuntimeLayerAhead.Find(_engine, _directory["work"]).ShouldNotBeNull().EndedAsync()).ShouldBeTrue();
        Directory.GetFiles(_directory["work/layers"]).ShouldHaveSingleItem();
    }

    [Fact]
    public void Where_nothing_was_offered_nothing_is_begun()
    {
        Begin("System.Runtime.dll");

        RuntimeLayerAhead.Find(_engine, _directory["work"]).ShouldBeNull();
    }

    [Fact]
    public async Task A_file_that_can_not_be_read_is_left_to_Bake()
    {
        RuntimeLayerAhead.Offer(_engine, Baking.Context(_directory, "work"));

        Begin("gone.dll");

        (await RuntimeLayerAhead.Find(_engine, _directory["work"]).ShouldNotBeNull().EndedAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task So_is_a_fault_that_nobody_foresaw()
    {
        RuntimeLayerAhead.Offer(_engine, Baking.Context(_directory, "work"));
        var ahead = RuntimeLayerAhead.Find(_engine, _directory["work"]).ShouldNotBeNull();

        // No file has such a name.
        ahead.Begin([KeyValuePair.Create("System.Runtime.dll", "")]);

        (await ahead.EndedAsync()).ShouldBeFalse();
    }

    private void Begin(string file)
    {
        var item = new Microsoft.Build.Utilities.TaskItem(_directory[$"pack/{file}"], new Dictionary<string, string> { ["DestinationSubPath"] = file });
        new BeginRuntimeLayer { BuildEngine = _engine, WorkDirectory = _directory["work"], Files = [item] }.Execute().ShouldBeTrue();
    }
}
