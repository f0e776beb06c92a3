using System.Net;
using ImmutableBuild.Errors;
using ImmutableBuild.Images;
using ImmutableBuild.Registries;

namespace ImmutableBuild.Tests.Registries;

/// <summary>A registry that is talked to over TLS and sends a reader to plain HTTP.</summary>
public sealed class DowngradeTests
{
    [Fact]
    public async Task R6_a_redirect_from_https_to_http_is_not_followed()
    {
        using var handler = new SendsToPlainHttp();
        using var http = new HttpClient(handler);
        var registry = RegistryHost.Parse("registry.example", allowHttp: false);
        var credentials = new RegistryCredentials(new PushOptions(), static _ => null);
        var session = new RegistrySession(http, registry, new RegistryAuthenticator(http, registry, [], credentials), RegistryRetry.Create(TimeProvider.System, TimeSpan.FromMilliseconds(1)));

        var fault = await Should.ThrowAsync<ImmutableBuildException>(() => new RegistryClient(session, "shop").FindManifestAsync(Digest.Of("image"u8), TestContext.Current.CancellationToken));

        fault.Code.ShouldBe("IMB5007");
        handler.Asked.ShouldHaveSingleItem().Scheme.ShouldBe("https");
    }

    private sealed class SendsToPlainHttp : HttpMessageHandler
    {
        public List<Uri> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!);
            var response = new HttpResponseMessage(HttpStatusCode.TemporaryRedirect) { RequestMessage = request };
            response.Headers.Location = new Uri($"http://registry.example{request.RequestUri!.AbsolutePath}");
            return Task.FromResult(response);
        }
    }
}
