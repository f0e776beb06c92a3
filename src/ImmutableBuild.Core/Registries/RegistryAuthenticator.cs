using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Registries;

/// <summary>Answers a registry's challenges: Basic, and Bearer tokens (distribution, "Token Authentication Specification").</summary>
internal sealed class RegistryAuthenticator(HttpClient http, RegistryHost registry, IReadOnlyList<string> scopes, RegistryCredentials credentials)
{
    private const int MaxTokenBytes = 1024 * 1024;

    /// <summary>What a challenged request is sent again with. Throws IMB5003 when the challenge can't be met.</summary>
    public async Task<ChallengeAnswer> AnswerAsync(HttpResponseMessage refused, CancellationToken cancellationToken)
    {
        var challenges = refused.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var headers) ? headers.ToArray() : [];
        foreach (var header in challenges)
        {
            if (AuthenticationChallenge.TryParse(header, out var challenge))
            {
                switch (challenge.Scheme.ToLowerInvariant())
                {
                    case "bearer":
                        return await TokenAsync(challenge, cancellationToken);
                    case "basic" when await credentials.FindAsync(registry.Name, cancellationToken) is { IsIdentityToken: false } credential:
                        return new ChallengeAnswer(Basic(credential), null);
                }
            }
        }

        throw RegistryErrors.Unauthorized(refused, challenges.Length == 0 ? "it names no way to authenticate" : "no credential for it was found");
    }

    private async Task<ChallengeAnswer> TokenAsync(AuthenticationChallenge challenge, CancellationToken cancellationToken)
    {
        var realm = TokenRealm.Judge(registry, challenge.Parameters.GetValueOrDefault("realm"));
        using var request = RequestOf(realm, challenge, realm.MaySeeCredential ? await credentials.FindAsync(registry.Name, cancellationToken) : null);
        var response = await BoundedRequest.SendAsync(http, request, cancellationToken);
        return RegistryRetry.IsTransient(response.StatusCode) ? new ChallengeAnswer(null, response) : await TokenInAsync(response, realm, cancellationToken);
    }

    private static async Task<ChallengeAnswer> TokenInAsync(HttpResponseMessage reply, TokenRealm realm, CancellationToken cancellationToken)
    {
        using var response = reply;
        if (!response.IsSuccessStatusCode)
        {
            throw response.StatusCode is System.Net.HttpStatusCode.Unauthorized or System.Net.HttpStatusCode.Forbidden
                ? RegistryErrors.Unauthorized(response, realm.MaySeeCredential ? "the token service refused the credential" : "the token service is of another domain than the registry, so the credential was not sent to it")
                : RegistryErrors.UnexpectedStatus(response, "");
        }

        var body = await BoundedBody.ReadAsync(response, MaxTokenBytes, cancellationToken);
        var token = TokenOf(body) ?? throw RegistryErrors.Unauthorized(response, "the token service sent no token");
        return new ChallengeAnswer(new AuthenticationHeaderValue("Bearer", token), null);
    }

    private HttpRequestMessage RequestOf(TokenRealm realm, AuthenticationChallenge challenge, RegistryCredential? credential)
    {
        if (credential is not { IsIdentityToken: true })
        {
            return new HttpRequestMessage(HttpMethod.Get, AddressOf(realm, challenge)) { Headers = { Authorization = credential is null ? null : Basic(credential) } };
        }

        // Distribution, "Docker Registry v2 authentication using OAuth2".
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = credential.Password,
            ["client_id"] = "ImmutableBuild",
            ["service"] = challenge.Parameters.GetValueOrDefault("service", ""),
            ["scope"] = string.Join(' ', scopes),
        };
        return new HttpRequestMessage(HttpMethod.Post, realm.Address) { Content = new FormUrlEncodedContent(form) };
    }

    private Uri AddressOf(TokenRealm realm, AuthenticationChallenge challenge)
    {
        var query = new StringBuilder(realm.Address.Query.TrimStart('?'));
        if (challenge.Parameters.TryGetValue("service", out var service))
        {
            Append(query, "service", service);
        }

        foreach (var scope in scopes)
        {
            Append(query, "scope", scope);
        }

        return new UriBuilder(realm.Address) { Query = query.ToString() }.Uri;
    }

    private static void Append(StringBuilder query, string name, string value) =>
        query.Append(query.Length > 0 ? "&" : "").Append(name).Append('=').Append(Uri.EscapeDataString(value));

    private static AuthenticationHeaderValue Basic(RegistryCredential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.User}:{credential.Password}")));

    private static string? TokenOf(byte[] body)
    {
        try
        {
            var reply = JsonSerializer.Deserialize(body, TokenJson.Default.TokenReply);
            var token = reply?.Token ?? reply?.AccessToken;
            return token is { Length: > 0 } && token.All(c => c is > ' ' and < '\x7f') ? token : null;
        }
        catch (JsonException)
        {
            // The caller reports that there was no token. The reply is not quoted: it may hold secrets.
            return null;
        }
    }
}

/// <summary>The answer to a challenge.</summary>
/// <param name="Authorization">What the request is sent again with.</param>
/// <param name="Busy">Or else what the token service said: 429 or 5xx, so that it may be asked again later.</param>
internal readonly record struct ChallengeAnswer(AuthenticationHeaderValue? Authorization, HttpResponseMessage? Busy);

/// <summary>The token service's reply.</summary>
internal sealed record TokenReply(
    [property: JsonPropertyName("token")] string? Token,
    [property: JsonPropertyName("access_token")] string? AccessToken);

[JsonSourceGenerationOptions(AllowDuplicateProperties = false)]
[JsonSerializable(typeof(TokenReply))]
[JsonSerializable(typeof(RegistryErrorReply))]
internal sealed partial class TokenJson : JsonSerializerContext;
