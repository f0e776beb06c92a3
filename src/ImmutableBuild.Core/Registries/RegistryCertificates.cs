using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Registries;

/// <summary>
/// Who vouches for a registry beside those the system trusts, and who its client is, in files as docker has them: below <c>certs.d</c> a directory
/// named <c>host[:port]</c>, with authorities in <c>*.crt</c>, and the client's certificate and key in <c>*.cert</c> and <c>*.key</c>.
/// </summary>
internal sealed class RegistryCertificates : IDisposable
{
    private const int MaximumBytes = 1024 * 1024;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2Collection _authorities = [];
    private readonly X509Certificate2Collection _clients = [];

    private RegistryCertificates()
    {
    }

    /// <summary>Where docker's engine has them.</summary>
    public static string OfDocker => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "docker", "certs.d")
        : "/etc/docker/certs.d";

    /// <summary>Reads those of the first of the directories that has any for the registry; null when none has. Throws IMB5015 when a file can't be used.</summary>
    public static RegistryCertificates? Find(IEnumerable<string> directories, string host)
    {
        // A name of a file has no ':' on Windows; docker leaves it out there.
        var name = OperatingSystem.IsWindows() ? host.Replace(":", "", StringComparison.Ordinal) : host;
        var found = directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(Directory.Exists);
        return found is null ? null : Read(found);
    }

    /// <summary>Whether a server is who it says: by the system's word, or by that of these authorities. Its name has to be right in any case.</summary>
    public bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 server || chain is null)
        {
            return errors == SslPolicyErrors.None;
        }

        using var own = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        own.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        own.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        return own.Build(server);
    }

    /// <summary>The client's certificate; null when there is none.</summary>
    public X509Certificate2? Client => _clients.FirstOrDefault();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var certificate in _authorities.Concat(_clients))
        {
            certificate.Dispose();
        }
    }

    private static RegistryCertificates Read(string directory)
    {
        var certificates = new RegistryCertificates();
        try
        {
            foreach (var file in FilesOf(directory, "*.crt"))
            {
                Read(file, () => certificates._authorities.ImportFromPemFile(file));
            }

            foreach (var file in FilesOf(directory, "*.cert"))
            {
                var key = Path.ChangeExtension(file, "key");
                Check(key);
                Read(file, () => certificates._clients.Add(Usable(X509Certificate2.CreateFromPemFile(file, key))));
            }

            return certificates;
        }
        catch
        {
            certificates.Dispose();
            throw;
        }
    }

    // "*.crt" also finds longer extensions on some systems.
    private static IEnumerable<string> FilesOf(string directory, string pattern)
    {
        try
        {
            return [.. Directory.GetFiles(directory, pattern).Where(file => Path.GetExtension(file) == pattern[1..]).Order(StringComparer.Ordinal)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw RegistryErrors.CertificatesUnusable(directory, "it can't be read", fault);
        }
    }

    private static void Read(string file, Action read)
    {
        Check(file);
        try
        {
            read();
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw RegistryErrors.CertificatesUnusable(file, fault is CryptographicException ? "it is no PEM file of the kind expected, or the key is another certificate's" : "it can't be read", fault);
        }
    }

    private static void Check(string file)
    {
        var info = new FileInfo(file);
        if (!info.Exists || info.Length > MaximumBytes)
        {
            throw RegistryErrors.CertificatesUnusable(file, info.Exists ? $"it has more than {MaximumBytes} bytes" : "it is not there");
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
}
