using System.Text;
using ImmutableBuild.Images;
using ImmutableBuild.Images.Tar;
using ImmutableBuild.Tests.Fuzzing;

namespace ImmutableBuild.Tests.Images.Contents;

/// <summary>Layers on damaged archives: a tree or a <see cref="TarException"/>, within bounds.</summary>
public sealed class DamagedTarTests
{
    private static readonly Digest Layer = Digest.Of("layer"u8);

    [Fact]
    public Task A_damaged_archive() => Fuzz.RunAsync(
        [
            new RawTar().Dir("a").File("a/b", "content").Symlink("c", "a").HardLink("d", "a/b").File("a/.wh.x").File("a/.wh..wh..opq").Entry('3', "dev").End(),
            new RawTar().Pax(("path", "x/y"), ("size", "3"), ("uid", "7")).File("z", "abc").Entry('L', "././@LongLink", Encoding.UTF8.GetBytes("gnu/long\0")).File("cut").Entry('K', "././@LongLink", Encoding.UTF8.GetBytes("a/b\0")).Symlink("k", "cut").End(),
        ],
        input => Apply(Repair(input)),
        fault => fault is TarException,
        length => (4 << 20) + (50L * length));

    // With every checksum wrong the reader would not get past the first line of its own.
    private static byte[] Repair(byte[] archive)
    {
        for (var at = 0; at + 512 <= archive.Length; at += 512)
        {
            var header = archive.AsSpan(at, 512);
            if (header.Slice(257, 5).SequenceEqual("ustar"u8))
            {
                header.Slice(148, 8).Fill((byte)' ');
                var sum = 0;
                foreach (var b in header)
                {
                    sum += b;
                }

                Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header[148..]);
            }
        }

        return archive;
    }

    private static void Apply(byte[] archive)
    {
        var tree = new FileTree(new SpoolBudget(new ImageLimits()));
        for (var ordinal = 0; ordinal < 2; ordinal++)
        {
            var reader = new TarReader(new MemoryStream(archive));
            while (reader.Next() is { } header)
            {
                tree.Apply(header, ordinal, Layer);
            }
        }

        // What is listed is there, but for links, which may lead nowhere.
        foreach (var entry in tree.Entries.Where(entry => entry.Kind != ImageEntryKind.SymbolicLink).ToArray())
        {
            if (tree.Find(entry.Path)?.Entry != entry)
            {
                throw new InvalidOperationException($"{entry.Path} is listed and can't be found");
            }
        }
    }
}
