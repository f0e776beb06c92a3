using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImmutableBuild.Tests.Docker.Api;

/// <summary>An authority, and certificates it vouches for.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly X509Certificate2 _authority;

    public TestCertificates()
    {
        using var key = RSA.Create(2048);
        var request = Request("authority", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(10));
    }

    /// <summary>The authority's certificate.</summary>
    public string AuthorityPem => _authority.ExportCertificatePem();

    /// <summary>A certificate with its key, for loopback unless <paramref name="host"/> says otherwise.</summary>
    public X509Certificate2 Issue(string host = "localhost")
    {
        using var key = RSA.Create(2048);
        var request = Request(host, key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        if (host == "localhost")
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>Writes the three files of a client that trusts <paramref name="trusted"/>.</summary>
    public void Write(string directory, TestCertificates? trusted = null)
    {
        using var client = Issue("client");
        File.WriteAllText(Path.Combine(directory, "ca.pem"), (trusted ?? this).AuthorityPem);
        File.WriteAllText(Path.Combine(directory, "cert.pem"), client.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory, "key.pem"), client.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _authority.Dispose();

    private static CertificateRequest Request(string name, RSA key) => new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
