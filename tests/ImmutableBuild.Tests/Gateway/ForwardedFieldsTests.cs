using System.Net;
using ImmutableBuild.Gateway.Forwarding;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace ImmutableBuild.Tests.Gateway;

/// <summary>What the app is told of who asked.</summary>
public sealed class ForwardedFieldsTests
{
    private static readonly string[] Names = ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Prefix"];

    [Theory]
    [InlineData("192.0.2.1", null, "192.0.2.1|http|shop.test|")]
    [InlineData("172.18.0.9", "172.18.0.1", "172.18.0.9|http|shop.test|")]
    [InlineData("127.0.0.1", null, "198.51.100.7, 127.0.0.1|https|example.test|/shop")]
    [InlineData("172.18.0.1", "172.18.0.1", "198.51.100.7, 172.18.0.1|https|example.test|/shop")]
    [InlineData("::ffff:172.18.0.1", "172.18.0.1", "198.51.100.7, 172.18.0.1|https|example.test|/shop")]
    public void What_came_with_the_request_is_believed_from_this_machine_and_its_host_only(string peer, string? host, string told)
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = "HTTP/1.1",
            Method = "GET",
            Headers = new HeaderDictionary
            {
                ["Host"] = "shop.test",
                ["X-Forwarded-For"] = "198.51.100.7",
                ["X-Forwarded-Proto"] = "https",
                ["X-Forwarded-Host"] = "example.test",
                ["X-Forwarded-Prefix"] = "/shop",
            },
        });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = IPAddress.Parse(peer) });
        var exchange = new Exchange(host is null ? null : IPAddress.Parse(host));
        exchange.Begin(features);
        var written = new Dictionary<string, string>(StringComparer.Ordinal);

        ForwardedFields.Write(exchange, (name, value) => written.Add(name.ToString(), value.ToString()));

        string.Join('|', Names.Select(name => written.GetValueOrDefault(name, ""))).ShouldBe(told);
        exchange.Finish();
    }

    [Fact]
    public void None_of_them_is_passed_on_as_it_came() => Names.ShouldAllBe(name => !RequestHead.Passes(name, StringValues.Empty));
}
