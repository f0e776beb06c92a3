using ImmutableBuild.Errors;
using ImmutableBuild.Shells;

namespace ImmutableBuild.Tests.Shells;

/// <summary>Values of secrets in what is told.</summary>
public sealed class RedactionTests
{
    [Fact]
    public void A_value_is_masked_wherever_it_stands() =>
        new Redaction(["hunter22"]).Of("hunter22 and xhunter22x, not hunter2").ShouldBe("*** and x***x, not hunter2");

    [Fact]
    public void A_value_that_holds_another_one_leaves_nothing_of_either() =>
        new Redaction(["secret", "secret-and-more"]).Of("it is secret-and-more").ShouldBe("it is ***");

    [Fact]
    public void Each_line_of_a_key_is_masked_alone_too()
    {
        var redaction = new Redaction(["-----BEGIN KEY-----\nMIIBVQ\r\n-----END KEY-----"]);

        redaction.Of("line MIIBVQ").ShouldBe("line ***");
        redaction.MaskCommands().ShouldBe(["::add-mask::-----BEGIN KEY-----", "::add-mask::-----END KEY-----", "::add-mask::MIIBVQ"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("      ")]
    public void What_is_in_every_other_word_is_not_masked(string? value) => new Redaction([value]).Of("abcdef      ").ShouldBe("abcdef      ");

    [Fact]
    public void A_mask_command_can_not_be_ended_by_the_value() =>
        new Redaction(["100%25 sure"]).MaskCommands().ShouldBe(["::add-mask::100%2525 sure"]);

    [Fact]
    public void A_refusal_keeps_its_code_and_place_and_loses_the_value()
    {
        var refusal = new ImmutableBuildException([new Diagnostic(ErrorCatalogue.Find("IMB5001")!, "who is hunter22?", Location: new SourceLocation("a.csproj", 3))]);

        var told = new Redaction(["hunter22"]).Of(refusal);

        (told.Code, told.Message, told.Diagnostics[0].Location!.Line).ShouldBe(("IMB5001", "IMB5001: who is ***?", 3));
        told.ToString().ShouldNotContain("hunter22");
        new Redaction(["another"]).Of(refusal).ShouldBeSameAs(refusal);
    }
}
