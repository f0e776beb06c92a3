using System.Net.Http.Headers;
using ImmutableBuild.Errors;

namespace ImmutableBuild.GitHub.Api;

/// <summary>A request.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Address">Where it goes.</param>
/// <param name="Body">Its JSON.</param>
/// <param name="Permission">What the token needs for it.</param>
/// <param name="IsRepeatable">Doing it twice does no harm.</param>
internal sealed record ApiCall(HttpMethod Method, Uri Address, byte[]? Body, string Permission, bool IsRepeatable)
{
    /// <summary>Method and address, for people.</summary>
    public string Name => $"{Method} {Address.GetLeftPart(UriPartial.Path)}";

    /// <summary>The request, without a token.</summary>
    public HttpRequestMessage ToRequest()
    {
        var request = new HttpRequestMessage(Method, Address);
        request.Headers.Accept.ParseAdd("application/vnd.github+json");
        request.Headers.Add("X-GitHub-Api-Version", GitHubConnection.ApiVersion);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("ImmutableBuild", typeof(ApiCall).Assembly.GetName().Version?.ToString(3)));
        if (Body is not null)
        {
            request.Content = new ByteArrayContent(Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        return request;
    }

    public ApiException Unreachable(string what, Exception? inner = null) => new(ApiFault.Unreachable, GitHubErrors.Unreachable(Name, what), inner);

    public ApiException Garbled(string why, Exception? inner = null) => new(ApiFault.Garbled, GitHubErrors.Garbled(Name, why), inner);
}
