using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ImmutableBuild.Trust.Signatures;

namespace ImmutableBuild.Trust.Keyless;

/// <summary>An entry of a transparency log, with the log's proof of it (Sigstore protobuf-specs, <c>TransparencyLogEntry</c> as JSON).</summary>
/// <param name="Log">Base64 of the log's id.</param>
/// <param name="Index">The entry's number, over all of the log's trees.</param>
/// <param name="Kind">The entry's kind and version: <c>dsse 0.0.1</c>.</param>
/// <param name="Time">When the log says it took it; null where it says nothing.</param>
/// <param name="Promise">The log's signature over entry and time; null where there is none.</param>
/// <param name="Proof">That the entry is in the tree; null where there is none.</param>
/// <param name="Body">The entry.</param>
internal sealed record LogEntry(string Log, long Index, string Kind, DateTimeOffset? Time, byte[]? Promise, InclusionProof? Proof, byte[] Body)
{
    /// <summary>Reads one. Throws <see cref="FormatException"/>.</summary>
    public static LogEntry Read(JsonElement entry)
    {
        var seconds = Number(entry, "integratedTime");
        return new LogEntry(
            entry.At("logId").TextOf("keyId") ?? throw new FormatException("a log's entry names no log"),
            Number(entry, "logIndex"),
            $"{entry.At("kindVersion").TextOf("kind")} {entry.At("kindVersion").TextOf("version")}",
            seconds == 0 ? null : seconds is > 0 and < 1L << 36 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : throw new FormatException("a log's entry is of an impossible time"),
            entry.At("inclusionPromise").TextOf("signedEntryTimestamp") is { } promise ? SignedJson.Base64(promise, "a log's promise") : null,
            entry.At("inclusionProof") is { ValueKind: JsonValueKind.Object } proof ? InclusionProof.Read(proof) : null,
            SignedJson.Base64(entry.TextOf("canonicalizedBody"), "a log's entry"));
    }

    /// <summary>A whole number as Protobuf's JSON has it: as text, or a number, and zero left out. Throws <see cref="FormatException"/>.</summary>
    public static long Number(JsonElement element, string name) => element.At(name) switch
    {
        { ValueKind: JsonValueKind.Undefined } => 0,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var value) && value >= 0 => value,
        { ValueKind: JsonValueKind.String } text when long.TryParse(text.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) => value,
        _ => throw new FormatException($"'{name}' is no whole number"),
    };

    /// <summary>
    /// Throws <see cref="FormatException"/> unless one of <paramref name="logs"/> holds it. Returns the time that the log has signed for; null where it signed for none.
    /// </summary>
    public DateTimeOffset? Require(ImmutableArray<LogKey> logs)
    {
        var log = logs.FirstOrDefault(log => log.Id == Log) ?? throw new FormatException("it is in no log of the trusted root");
        if (Promise is not null && (Time is null || !log.Validity.Has(Time.Value) || !log.Verifies(PromisedBytes(), Promise)))
        {
            throw new FormatException("the log's promise does not hold");
        }

        (Proof ?? throw new FormatException("there is no proof that it is in the log")).Require(log, Body);
        return Promise is null ? null : Time;
    }

    /// <summary>Whether the log among <paramref name="logs"/> that holds it counted at all of <paramref name="times"/>: those of others, for an entry whose own time nothing vouches for.</summary>
    public bool CountsAt(IReadOnlyCollection<DateTimeOffset> times, ImmutableArray<LogKey> logs) => logs.Any(log => log.Id == Log && times.All(log.Validity.Has));

    // What Rekor signs: canonical JSON (RFC 8785), which for these four is their order and no white space.
    private byte[] PromisedBytes() => SignedJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("body", Convert.ToBase64String(Body));
        json.WriteNumber("integratedTime", Time!.Value.ToUnixTimeSeconds());
        json.WriteString("logID", Convert.ToHexStringLower(SignedJson.Base64(Log, "a log's id")));
        json.WriteNumber("logIndex", Index);
        json.WriteEndObject();
    });
}
