using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>
/// The promise of a certificate log, within a certificate, that it is listed there for all to see (RFC 6962, 3.2 and 3.3). It is over the certificate
/// without the promise, which is made anew here.
/// </summary>
internal static class CertificateLogProof
{
    private const string PromiseList = "1.3.6.1.4.1.11129.2.4.2";
    private const byte Sha256 = 4;
    private const byte Ecdsa = 3;

    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 3, isConstructed: true);

    /// <summary>Throws <see cref="FormatException"/> unless one of <paramref name="logs"/> has promised it.</summary>
    public static void Require(X509Certificate2 certificate, X509Certificate2 issuer, ImmutableArray<LogKey> logs)
    {
        try
        {
            var list = certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == PromiseList)?.RawData ?? throw new FormatException("its certificate has no promise of a certificate log");
            var body = WithoutPromises(certificate.RawData);
            var issuerKey = SHA256.HashData(issuer.PublicKey.ExportSubjectPublicKeyInfo());
            if (!Read(new AsnReader(list, AsnEncodingRules.DER).ReadOctetString()).Any(promise => promise.IsBy(logs, issuerKey, body)))
            {
                throw new FormatException("no certificate log of the trusted root has promised to list its certificate");
            }
        }
        catch (Exception fault) when (fault is AsnContentException or ArgumentOutOfRangeException)
        {
            throw new FormatException("its certificate's promise of a certificate log is malformed", fault);
        }
    }

    private static List<Promise> Read(ReadOnlyMemory<byte> list)
    {
        var promises = new List<Promise>();
        var rest = Block(list, out var after);
        if (!after.IsEmpty)
        {
            throw new ArgumentOutOfRangeException(nameof(list));
        }

        while (!rest.IsEmpty)
        {
            var promise = Block(rest, out rest);
            if (promise.IsEmpty)
            {
                throw new ArgumentOutOfRangeException(nameof(list));
            }

            if (promise.Span[0] == 0)
            {
                promises.Add(Promise.Read(promise[1..]));
            }
        }

        return promises;
    }

    // TLS's opaque<0..2^16-1>.
    private static ReadOnlyMemory<byte> Block(ReadOnlyMemory<byte> from, out ReadOnlyMemory<byte> rest)
    {
        var length = BinaryPrimitives.ReadUInt16BigEndian(from.Span);
        rest = from[(2 + length)..];
        return from.Slice(2, length);
    }

    private static byte[] WithoutPromises(byte[] certificate)
    {
        var body = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            while (body.HasData)
            {
                if (body.PeekTag().HasSameClassAndValue(Extensions))
                {
                    using (writer.PushSequence(Extensions))
                    {
                        WriteExtensions(writer, body.ReadSequence(Extensions).ReadSequence());
                    }
                }
                else
                {
                    writer.WriteEncodedValue(body.ReadEncodedValue().Span);
                }
            }
        }

        return writer.Encode();
    }

    private static void WriteExtensions(AsnWriter writer, AsnReader extensions)
    {
        using var list = writer.PushSequence();
        while (extensions.HasData)
        {
            var extension = extensions.ReadEncodedValue();
            if (new AsnReader(extension, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier() != PromiseList)
            {
                writer.WriteEncodedValue(extension.Span);
            }
        }
    }

    private sealed record Promise(string Log, ulong Time, ReadOnlyMemory<byte> Extensions, byte Hash, byte Algorithm, ReadOnlyMemory<byte> Signature)
    {
        public static Promise Read(ReadOnlyMemory<byte> content)
        {
            var extensions = Block(content[40..], out var rest);
            var signature = Block(rest[2..], out var after);
            return after.IsEmpty && rest.Length >= 4
                ? new Promise(Convert.ToBase64String(content.Span[..32]), BinaryPrimitives.ReadUInt64BigEndian(content.Span[32..]), extensions, rest.Span[0], rest.Span[1], signature)
                : throw new ArgumentOutOfRangeException(nameof(content));
        }

        public bool IsBy(ImmutableArray<LogKey> logs, byte[] issuerKey, byte[] body)
        {
            if (Hash != Sha256 || Algorithm != Ecdsa || Time > (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            {
                return false;
            }

            // Version 1, a certificate's timestamp, its time, an entry of the kind "precertificate".
            byte[] head = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
            BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(2), Time);
            byte[] signed = [.. head, .. issuerKey, (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body, (byte)(Extensions.Length >> 8), (byte)Extensions.Length, .. Extensions.Span];
            var time = DateTimeOffset.FromUnixTimeMilliseconds((long)Time);
            return logs.Any(log => log.Id == Log && log.Validity.Has(time) && log.Verifies(signed, Signature.Span));
        }
    }
}
