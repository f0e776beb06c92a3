using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImmutableBuild.Gateway.Http1;

namespace ImmutableBuild.Tests.Gateway.Http1;

/// <summary>Reading heads of responses (RFC 9112, 4 to 6).</summary>
public sealed class ResponseReaderTests
{
    private readonly ResponseReader _reader = new();

    [Fact]
    public void A_head_is_read_once_it_is_whole()
    {
        var head = Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Name:\t f\u00FCr \r\n\r\nok");
        for (var length = 0; length < head.Length - 2; length++)
        {
            _reader.ReadHead(head.AsSpan(0, length)).ShouldBe(0);
        }

        _reader.ReadHead(head).ShouldBe(head.Length - 2);
        _reader.Status.ShouldBe(200);
        _reader.Fields.Count.ShouldBe(2);
        _reader.Fields[1].Name.ShouldBe("X-Name");
        _reader.Fields[1].Value.ShouldBe("f\u00FCr");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false, "Length", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true, "None", true)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", false, "None", true)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", false, "None", true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", false, "Chunked", true)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", false, "UntilClosed", false)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n", false, "Length", false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", false, "Length", false)]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 5\r\n\r\n", false, "Length", true)]
    [InlineData("HTTP/1.1 200\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", false, "Length", true)]
    public void The_end_of_the_body_is_known_as_the_specification_says(string head, bool toHead, string framing, bool keepsOpen)
    {
        _reader.ReadHead(Encoding.Latin1.GetBytes(head)).ShouldBe(head.Length);
        _reader.Frame(toHead);
        _reader.Framing.ToString().ShouldBe(framing);
        _reader.KeepsOpen.ShouldBe(keepsOpen);
    }

    [Fact]
    public void Nothing_of_an_earlier_response_is_left()
    {
        _reader.ReadHead("HTTP/1.1 500 Broken\r\nContent-Length: 7\r\nConnection: close\r\nUpgrade: x\r\n\r\n"u8).ShouldBeGreaterThan(0);
        _reader.ReadHead("HTTP/1.1 200 OK\r\nA: 1\r\n\r\n"u8).ShouldBeGreaterThan(0);
        _reader.Frame(toHead: false);
        (_reader.Reason, _reader.Connection, _reader.UpgradedTo, _reader.Fields.Count).ShouldBe((null, null, "", 1));
        _reader.Framing.ShouldBe(BodyFraming.UntilClosed);
    }

    [Fact]
    public void The_same_field_again_is_the_same_string()
    {
        _reader.ReadHead("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nB: 1\r\n\r\n"u8);
        var (name, value) = (_reader.Fields[0].Name, _reader.Fields[0].Value);
        _reader.ReadHead("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nB: 2\r\n\r\n"u8);
        _reader.Fields[0].Name.ShouldBeSameAs(name);
        _reader.Fields[0].Value.ShouldBeSameAs(value);
        _reader.Fields[1].Value.ShouldBe("2");
    }

    [Fact]
    public void More_fields_than_any_response_has_are_refused() =>
        Should.Throw<MalformedResponseException>(() => _reader.ReadHead(
            Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("A: 1\r\n", FieldMemory.MostFields + 1)) + "\r\n")));

    [Fact]
    public void Any_bytes_are_a_head_or_not_yet_or_malformed()
    {
        var bytes = Gen.Elements("HTTP/1.1 200 OK\r\n: \tabc\0\r\n\r\nContent-Length: 1chunked\u00E4"u8.ToArray()).ArrayOf();
        Prop.ForAll(bytes.ToArbitrary(), tail =>
        {
            byte[] head = [.. "HTTP/1.1 200 OK\r\n"u8, .. tail];
            try
            {
                return _reader.ReadHead(head) is var length && length >= 0 && length <= head.Length;
            }
            catch (MalformedResponseException)
            {
                return true;
            }
        }).QuickCheckThrowOnFailure();
    }
}
