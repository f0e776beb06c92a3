using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Errors;
using ImmutableBuild.GitHub.Runs;

namespace ImmutableBuild.Tests.GitHub.Runs;

/// <summary>Whatever a value holds, a command stays one line and the command it is.</summary>
public sealed class WorkflowCommandTests
{
    private static readonly ErrorDescriptor Descriptor = new("IMB9999", "A title, with: marks", "", "");

    [Fact]
    public void An_error_has_its_place_within_the_sources_and_its_code_as_title() =>
        WorkflowCommand.Annotation(new Diagnostic(Descriptor, "100 % wrong\nsee below", Severity.Error, new SourceLocation("/home/me/shop/src/a,b.csproj", 3, 7)), "/home/me/shop")
            .ShouldBe("::error file=src/a%2Cb.csproj,line=3,col=7,title=IMB9999%3A A title%2C with%3A marks::100 %25 wrong%0Asee below");

    [Fact]
    public void A_place_outside_of_the_sources_stays_as_it_is_and_a_warning_may_have_none()
    {
        WorkflowCommand.Annotation(new Diagnostic(Descriptor, "m", Severity.Warning), "/home/me/shop").ShouldBe("::warning title=IMB9999%3A A title%2C with%3A marks::m");
        WorkflowCommand.Annotation(new Diagnostic(Descriptor, "m", Severity.Warning, new SourceLocation("/other/x")), "/home/me/shop").ShouldStartWith("::warning file=/other/x,title=");
    }

    [Fact]
    public void No_text_makes_a_second_line_or_another_property() => Prop.ForAll<string?>(text =>
    {
        var hostile = text + "\r\n::set-output name=x::y,title=z::";

        var command = WorkflowCommand.Annotation(new Diagnostic(Descriptor with { Title = hostile }, hostile, Severity.Error, new SourceLocation(hostile)), workspace: null);

        command.IndexOfAny(['\r', '\n']).ShouldBe(-1);
        command[..command.IndexOf("::", 2, StringComparison.Ordinal)].Split(',').Length.ShouldBe(2);
        WorkflowCommand.Group(hostile).IndexOfAny(['\r', '\n']).ShouldBe(-1);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_secret_of_several_lines_is_hidden_line_by_line() =>
        WorkflowCommand.Masks("-----BEGIN-----\nMIIE%/+\n-----END-----\n\nx\n").ShouldBe(["::add-mask::-----BEGIN-----", "::add-mask::MIIE%25/+", "::add-mask::-----END-----"]);
}
