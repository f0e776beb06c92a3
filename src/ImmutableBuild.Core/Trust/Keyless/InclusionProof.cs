using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>That an entry is in a log's tree, whose root the log has signed (RFC 9162, 2.1.3.2).</summary>
/// <param name="Index">The entry's number within the tree.</param>
/// <param name="Size">How many entries the tree has.</param>
/// <param name="Root">The hash at the tree's root.</param>
/// <param name="Hashes">The hashes beside the way from the entry to the root.</param>
/// <param name="Checkpoint">The log's signed word on size and root.</param>
internal sealed record InclusionProof(long Index, long Size, byte[] Root, ImmutableArray<byte[]> Hashes, string Checkpoint)
{
    private const int Deepest = 64;

    /// <summary>Reads one. Throws <see cref="FormatException"/>.</summary>
    public static InclusionProof Read(JsonElement proof)
    {
        var hashes = proof.At("hashes");
        return hashes.ValueKind == JsonValueKind.Array && hashes.GetArrayLength() > Deepest
            ? throw new FormatException($"the log's proof has more than {Deepest} hashes")
            : new InclusionProof(
                LogEntry.Number(proof, "logIndex"),
                LogEntry.Number(proof, "treeSize"),
                SignedJson.Base64(proof.TextOf("rootHash"), "the tree's root"),
                hashes.ValueKind == JsonValueKind.Array ? [.. hashes.EnumerateArray().Select(hash => SignedJson.Base64(hash.GetString(), "a hash of the tree"))] : [],
                proof.At("checkpoint").TextOf("envelope") ?? throw new FormatException("the log's proof has no checkpoint"));
    }

    /// <summary>Throws <see cref="FormatException"/> unless <paramref name="log"/> has <paramref name="entry"/> there.</summary>
    public void Require(LogKey log, ReadOnlySpan<byte> entry)
    {
        if (FindRoot(SHA256.HashData([0, .. entry])) is not { } root || !root.AsSpan().SequenceEqual(Root))
        {
            throw new FormatException("the proof that it is in the log does not hold");
        }

        LogCheckpoint.Require(Checkpoint, log, Size, Root);
    }

    private byte[]? FindRoot(byte[] leaf)
    {
        var (at, last, hash) = (Index, Size - 1, leaf);
        if (at < 0 || at > last)
        {
            return null;
        }

        foreach (var beside in Hashes)
        {
            if (last == 0)
            {
                return null;
            }

            if ((at & 1) == 1 || at == last)
            {
                hash = SHA256.HashData([1, .. beside, .. hash]);
                while ((at & 1) == 0 && at != 0)
                {
                    (at, last) = (at >> 1, last >> 1);
                }
            }
            else
            {
                hash = SHA256.HashData([1, .. hash, .. beside]);
            }

            (at, last) = (at >> 1, last >> 1);
        }

        return last == 0 ? hash : null;
    }
}
