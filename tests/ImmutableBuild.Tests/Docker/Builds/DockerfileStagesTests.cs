using System.Collections.Immutable;
using ImmutableBuild.Docker.Builds;

namespace ImmutableBuild.Tests.Docker.Builds;

public sealed class DockerfileStagesTests
{
    [Theory]
    [InlineData("FROM debian:12", null, "debian:12")]
    [InlineData("from --platform=linux/amd64 debian:12 as base", null, "debian:12")]
    [InlineData("FROM scratch", null, null)]
    [InlineData("FROM debian:12 AS build\nRUN make\nFROM build", null, "debian:12")]
    [InlineData("FROM debian:12 AS build\nFROM busybox:1.37 AS tools\nFROM BUILD", "tools", "busybox:1.37")]
    [InlineData("FROM debian:12 AS build\nFROM scratch\nCOPY --from=build /a /a", null, null)]
    [InlineData("# FROM a:1\nFROM \\\n  debian:12 \\\n  AS x\nCMD [\"a\"]", null, "debian:12")]
    [InlineData("ARG VERSION=12\nFROM debian:${VERSION}", null, "debian:12")]
    [InlineData("ARG BASE\nFROM $BASE", null, "given:1")]
    [InlineData("FROM $UNKNOWN", null, null)]
    [InlineData("FROM debian:12 AS debian:12", null, "debian:12")]
    [InlineData("", null, null)]
    [InlineData("FROM debian:12", "missing", null)]
    public void The_base_is_what_a_stage_is_made_upon_in_the_end(string text, string? target, string? image) => Parse(text).BaseOf(target).ShouldBe(image);

    [Fact]
    public void Every_image_from_outside_is_named_once() =>
        Parse("FROM a.example/x:1 AS one\nFROM b.example/y:1\nCOPY --from=one /a /a\nCOPY --from=0 /a /a\nCOPY --from=c.example/z:1 --chown=1 /a /a\nFROM a.example/x:1\nFROM scratch")
            .Images.ShouldBe(["a.example/x:1", "b.example/y:1", "c.example/z:1"]);

    private static DockerfileStages Parse(string text) => DockerfileStages.Parse(text, ImmutableSortedDictionary<string, string>.Empty.Add("BASE", "given:1"));
}
