using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImmutableBuild.IntegrationTests.Rig;

/// <summary>A token service that the real registry trusts (distribution, "Token Authentication Implementation"). Its tokens live for some seconds.</summary>
internal sealed class TokenService : IAsyncDisposable
{
    // Long enough for a busy machine to use one, of which a part of a second is cut off.
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(10);

    /// <summary>Longer than a token is taken.</summary>
    public static readonly TimeSpan LongerThanAToken = Life + TimeSpan.FromSeconds(0.5);

    // The registry takes a token for a minute longer than the token says.
    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("immutable-tokens-").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;
    private readonly WebApplication _server;
    private int _issued;

    private TokenService()
    {
        _certificate = new CertificateRequest("CN=tokens", _key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(_directory, "tokens.crt"), _certificate.ExportCertificatePem());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(IssueAsync);
    }

    /// <summary>The members of a registry's configuration <c>auth</c>.</summary>
    public string Authentication => $"{{ token: {{ realm: '{_server.Urls.First()}/token', service: tests, issuer: tests, rootcertbundle: '{_directory}/tokens.crt' }} }}";

    /// <summary>How many tokens it has issued.</summary>
    public int Issued => Volatile.Read(ref _issued);

    public static async Task<TokenService> StartAsync()
    {
        var service = new TokenService();
        await service._server.StartAsync(TestContext.Current.CancellationToken);
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
        _key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Task IssueAsync(HttpContext context)
    {
        Interlocked.Increment(ref _issued);
        var expires = DateTimeOffset.UtcNow + Life - Leeway;
        var access = context.Request.Query["scope"].Select(scope => scope!.Split(':') is [var type, var name, var actions] ? new { type, name, actions = actions.Split(',') } : null);
        var header = Encode(new { typ = "JWT", alg = "ES256", x5c = new[] { Convert.ToBase64String(_certificate.RawData) } });
        var claims = Encode(new { iss = "tests", sub = "", aud = "tests", exp = expires.ToUnixTimeSeconds(), nbf = expires.AddHours(-1).ToUnixTimeSeconds(), iat = expires.AddHours(-1).ToUnixTimeSeconds(), jti = $"{Issued}", access });
        var signature = _key.SignData(System.Text.Encoding.ASCII.GetBytes($"{header}.{claims}"), HashAlgorithmName.SHA256);
        return context.Response.WriteAsJsonAsync(new { token = $"{header}.{claims}.{Base64Url.EncodeToString(signature)}" });
    }

    private static string Encode(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
