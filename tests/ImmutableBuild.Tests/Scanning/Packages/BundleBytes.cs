using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ImmutableBuild.Tests.Scanning.Packages;

/// <summary>Makes executables as a single-file publish does: a host, what is bundled, and the manifest.</summary>
internal static class BundleBytes
{
    public const int HostLength = 100_000;

    private const string Id = "abcdefghijkl";

    /// <summary>A bundle of version 6 whose host has its signature at <paramref name="signatureAt"/>.</summary>
    public static byte[] Make(string depsJson, int signatureAt = 70_000, uint version = 6, long? offset = null, long? length = null, int hostLength = HostLength)
    {
        var deps = Encoding.UTF8.GetBytes(depsJson);
        var manifest = hostLength + deps.Length;
        var file = new byte[manifest + 13 + Id.Length + 40];
        "\u007fELF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(signatureAt - 8), manifest);
        SHA256.HashData(".net core bundle\n"u8).CopyTo(file, signatureAt);
        deps.CopyTo(file, hostLength);
        var header = file.AsSpan(manifest);
        BinaryPrimitives.WriteUInt32LittleEndian(header, version);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], 1);
        header[12] = (byte)Id.Length;
        Encoding.ASCII.GetBytes(Id, header[13..]);
        BinaryPrimitives.WriteInt64LittleEndian(header[(13 + Id.Length)..], offset ?? hostLength);
        BinaryPrimitives.WriteInt64LittleEndian(header[(21 + Id.Length)..], length ?? deps.Length);
        return file;
    }
}
