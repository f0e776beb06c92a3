using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Images;

namespace ImmutableBuild.Scanning.Advisories;

/// <summary>Collects OSV documents from wherever they are, with the digest over all of them.</summary>
internal sealed class AdvisoryFiles : IDisposable
{
    /// <summary>The most that one document may have.</summary>
    public const int MaximumFileLength = 16 * 1024 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ImmutableArray<Advisory>.Builder _advisories = ImmutableArray.CreateBuilder<Advisory>();

    /// <summary>Takes one document; throws IMB3003 when it is no OSV advisory.</summary>
    public void Add(string name, byte[] content)
    {
        _hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{content.Length.ToString(CultureInfo.InvariantCulture)}\n"));
        _hash.AppendData(content);
        if (OsvReader.Read(content, name) is { } advisory)
        {
            _advisories.Add(advisory);
        }
    }

    /// <summary>The set of all that was taken.</summary>
    public AdvisorySet ToSet() => new(_advisories.DrainToImmutable(), Digest.FromHash(_hash.GetHashAndReset()));

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
