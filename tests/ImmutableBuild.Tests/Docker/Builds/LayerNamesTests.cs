using ImmutableBuild.Docker.Builds;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Oci;

namespace ImmutableBuild.Tests.Docker.Builds;

public sealed class LayerNamesTests
{
    [Fact]
    public void A_layer_is_named_by_the_instruction_that_made_it() =>
        LayerNames.Of(Config("Imported", "/bin/sh -c #(nop) COPY dir:1 in /srv ", "/bin/sh -c make", "|1 A=b /bin/sh -c make", "COPY . /srv # buildkit", "RUN /bin/sh -c make # buildkit", "/bin/sh -c #(nop) WORKDIR /srv"), 1)
            .ShouldBe(["base", "copy", "run", "run", "copy", "run", "workdir"]);

    [Fact]
    public void A_history_that_does_not_fit_names_nothing()
    {
        var config = Config("COPY a", "COPY b");

        LayerNames.Of(config with { History = [config.History!.Value[0]] }, 0).ShouldBe(["layer", "layer"]);
        LayerNames.Of(config with { History = null }, 1).ShouldBe(["base", "layer"]);
    }

    private static ImageConfig Config(params string[] createdBy) => new()
    {
        Architecture = "amd64",
        Os = "linux",
        RootFs = new RootFileSystem { DiffIds = [.. createdBy.Select(text => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)))] },
        History = [.. createdBy.Select(text => new HistoryEntry { CreatedBy = text }), new HistoryEntry { CreatedBy = "/bin/sh -c #(nop) USER 1", EmptyLayer = true }],
    };
}
