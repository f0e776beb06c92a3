using System.Globalization;
using System.Text;
using ImmutableBuild.Gateway.Forwarding;
using Microsoft.AspNetCore.WebUtilities;

namespace ImmutableBuild.Gateway.Http1;

/// <summary>
/// Reads a response's status line and fields, and a chunked body's trailers (RFC 9112, 4 and 5). Strict where leniency would leave
/// open where a response ends: folded lines, contradicting lengths and unknown transfer codings are refused.
/// </summary>
internal sealed class ResponseReader
{
    private bool _isHttp10;
    private bool _hasClose;
    private bool _hasKeepAlive;
    private bool _isChunked;
    private long? _length;

    /// <summary>The status code.</summary>
    public int Status { get; private set; }

    /// <summary>The reason phrase; null when there is none, or none that can be passed on.</summary>
    public string? Reason { get; private set; }

    /// <summary>The fields of the head, or of the trailers once those were read.</summary>
    public FieldMemory Fields { get; } = new();

    /// <summary>The names a Connection field lists; null when there is no such field.</summary>
    public string? Connection { get; private set; }

    /// <summary>The protocol an Upgrade field names; empty when there is no such field.</summary>
    public string UpgradedTo { get; private set; } = "";

    /// <summary>How the body's end is known; set by <see cref="Frame"/>.</summary>
    public BodyFraming Framing { get; private set; }

    /// <summary>The body's length in bytes where <see cref="Framing"/> is <see cref="BodyFraming.Length"/>.</summary>
    public long Length => _length ?? 0;

    /// <summary>Whether the instance keeps the connection open after this response (RFC 9112, 9.3).</summary>
    public bool KeepsOpen => Framing != BodyFraming.UntilClosed && !_hasClose && (!_isHttp10 || _hasKeepAlive);

    /// <summary>Whether both framings were given: legal to read, but the connection is not to be trusted after it (RFC 9112, 6.3).</summary>
    public bool IsAmbiguous { get; private set; }

    /// <summary>
    /// Reads a whole head from the start of <paramref name="bytes"/> and gives its length; 0 when it isn't whole yet. Throws
    /// <see cref="MalformedResponseException"/>.
    /// </summary>
    public int ReadHead(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
        {
            return 0;
        }

        Clear();
        ReadStatusLine(WithoutReturn(bytes[..end]));
        var fields = ReadFields(bytes[(end + 1)..]);
        if (fields == 0)
        {
            return 0;
        }

        for (var index = 0; index < Fields.Count; index++)
        {
            Regard(Fields[index]);
        }

        return end + 1 + fields;
    }

    /// <summary>
    /// Reads field lines up to and with the empty line from the start of <paramref name="bytes"/> and gives their length; 0 when they
    /// aren't whole yet. Throws <see cref="MalformedResponseException"/>.
    /// </summary>
    public int ReadFields(ReadOnlySpan<byte> bytes)
    {
        Fields.Clear();
        for (var start = 0; ;)
        {
            var length = bytes[start..].IndexOf((byte)'\n');
            if (length < 0)
            {
                return 0;
            }

            var line = WithoutReturn(bytes.Slice(start, length));
            start += length + 1;
            if (line.IsEmpty)
            {
                return start;
            }

            Fields.Add(line);
        }
    }

    /// <summary>Decides how the body's end is known. Throws <see cref="MalformedResponseException"/>.</summary>
    /// <param name="toHead">Whether the request's method was HEAD.</param>
    public void Frame(bool toHead)
    {
        IsAmbiguous = _isChunked && _length is not null;
        Framing = toHead || Status is < 200 or 204 or 304 ? BodyFraming.None
            : _isChunked ? BodyFraming.Chunked
            : _length is not null ? BodyFraming.Length
            : BodyFraming.UntilClosed;
    }

    private static ReadOnlySpan<byte> WithoutReturn(ReadOnlySpan<byte> line) => line is [.., (byte)'\r'] ? line[..^1] : line;

    private void Clear()
    {
        (_isHttp10, _hasClose, _hasKeepAlive, _isChunked, _length) = (false, false, false, false, null);
        (Connection, UpgradedTo, Framing, IsAmbiguous) = (null, "", BodyFraming.None, false);
    }

    /// <summary><c>HTTP/1.1 200 OK</c>; the reason may be missing together with the space before it.</summary>
    private void ReadStatusLine(ReadOnlySpan<byte> line)
    {
        const int CodeStart = 9;
        const int CodeEnd = 12;
        if (line.Length < CodeEnd
            || !line.StartsWith("HTTP/1."u8)
            || line[7] is not ((byte)'0' or (byte)'1')
            || line[8] != (byte)' '
            || line[CodeStart] is < (byte)'1' or > (byte)'9'
            || !int.TryParse(line[CodeStart..CodeEnd], NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            || (line.Length > CodeEnd && line[CodeEnd] != (byte)' '))
        {
            throw new MalformedResponseException("The response does not begin with a status line of HTTP/1.1.");
        }

        _isHttp10 = line[7] == (byte)'0';
        Status = status;
        Reason = ReasonOf(status, line[Math.Min(line.Length, CodeEnd + 1)..]);
    }

    /// <summary>Null for the phrase everyone sends with <paramref name="status"/>, which the server adds by itself.</summary>
    private static string? ReasonOf(int status, ReadOnlySpan<byte> phrase) =>
        phrase.IsEmpty || phrase.ContainsAnyExceptInRange((byte)' ', (byte)'~') || Ascii.Equals(phrase, ReasonPhrases.GetReasonPhrase(status))
            ? null
            : Encoding.ASCII.GetString(phrase);

    private void Regard(FieldMemory.Place field)
    {
        switch (field.Name.Length)
        {
            case 7 when Is("Upgrade"):
                UpgradedTo = field.Value;
                break;
            case 10 when Is("Connection"):
                Connection = Connection is null ? field.Value : $"{Connection}, {field.Value}";
                _hasClose |= Hops.Listed(field.Value, "close");
                _hasKeepAlive |= Hops.Listed(field.Value, "keep-alive");
                break;
            case 14 when Is("Content-Length"):
                RegardLength(field.Value);
                break;
            case 17 when Is("Transfer-Encoding"):
                // Anything else was not asked for, and its end is not known.
                _isChunked = !_isChunked && !_isHttp10 && field.Value.Equals("chunked", StringComparison.OrdinalIgnoreCase)
                    ? true
                    : throw new MalformedResponseException("The response has a transfer coding other than chunked.");
                break;
        }

        bool Is(string name) => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    private void RegardLength(string text)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || (_length ?? length) != length)
        {
            throw new MalformedResponseException("Content-Length is no number, or there are two that differ.");
        }

        _length = length;
    }
}
