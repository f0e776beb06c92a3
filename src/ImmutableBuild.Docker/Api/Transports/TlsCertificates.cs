using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImmutableBuild.Docker.Api.Endpoints;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Docker.Api.Transports;

/// <summary>Who vouches for the engine, and who the client is.</summary>
internal sealed class TlsCertificates : IDisposable
{
    private const int MaximumBytes = 1024 * 1024;

    private TlsCertificates(X509Certificate2Collection authorities, X509Certificate2 client) => (Authorities, Client) = (authorities, client);

    /// <summary>The only ones that are trusted.</summary>
    public X509Certificate2Collection Authorities { get; }

    /// <summary>The client's, with its key.</summary>
    public X509Certificate2 Client { get; }

    /// <summary>Reads the files; throws IMB6202 when one can't be used.</summary>
    public static TlsCertificates Load(TlsFiles files)
    {
        var authorities = Read(files.Authority, () =>
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPemFile(files.Authority);
            return found.Count > 0 ? found : throw new CryptographicException("it holds no certificate");
        });
        Check(files.Key);
        return new TlsCertificates(authorities, Read(files.Certificate, () => Usable(X509Certificate2.CreateFromPemFile(files.Certificate, files.Key))));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Client.Dispose();
        foreach (var authority in Authorities)
        {
            authority.Dispose();
        }
    }

    // Windows can't use a key in a handshake that was never in a key store.
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }
    }

    private static T Read<T>(string file, Func<T> read)
    {
        Check(file);
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw DockerErrors.TlsFilesUnusable(file, fault is CryptographicException ? "it is no PEM file of the kind expected, or the key is another certificate's" : "it can't be read", fault);
        }
    }

    private static void Check(string file)
    {
        var info = new FileInfo(file);
        if (!info.Exists || info.Length > MaximumBytes)
        {
            throw DockerErrors.TlsFilesUnusable(file, info.Exists ? $"it has more than {MaximumBytes} bytes" : "it is not there");
        }
    }
}
