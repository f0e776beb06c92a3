using BenchmarkDotNet.Attributes;
using ImmutableBuild.Images;

namespace ImmutableBuild.Benchmarks.Functions;

/// <summary>Digests, as Bake, Push and Deploy make and check them.</summary>
[MemoryDiagnoser]
public class DigestBenchmarks
{
    private readonly byte[] _content = new byte[1024 * 1024];
    private readonly string _text = Digest.Of("image"u8).ToString();

    /// <summary>Hashes a megabyte.</summary>
    [Benchmark]
    public Digest OfMegabyte() => Digest.Of(_content);

    /// <summary>Parses the text form.</summary>
    [Benchmark]
    public Digest Parse() => Digest.Parse(_text);
}
