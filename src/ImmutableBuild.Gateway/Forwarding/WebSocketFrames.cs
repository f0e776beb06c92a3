namespace ImmutableBuild.Gateway.Forwarding;

/// <summary>Follows the frames of one direction of a WebSocket (RFC 6455, 5.2), to know where one ends; payloads are not looked at.</summary>
internal sealed class WebSocketFrames
{
    private const int CloseOpcode = 8;

    private readonly byte[] _head = new byte[14];
    private int _headLength;
    private ulong _payloadLeft;

    /// <summary>Whether the bytes so far end with a whole frame.</summary>
    public bool AtBoundary => _headLength == 0 && _payloadLeft == 0;

    /// <summary>Whether a close frame has begun; nothing may follow it.</summary>
    public bool Closed { get; private set; }

    /// <summary>Takes the next bytes into account.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_payloadLeft > 0)
            {
                var skipped = (int)Math.Min(_payloadLeft, (ulong)bytes.Length);
                _payloadLeft -= (ulong)skipped;
                bytes = bytes[skipped..];
                continue;
            }

            _head[_headLength++] = bytes[0];
            bytes = bytes[1..];
            if (_headLength >= 2 && _headLength == HeadBytes())
            {
                _payloadLeft = PayloadBytes();
                Closed |= (_head[0] & 0xF) == CloseOpcode;
                _headLength = 0;
            }
        }
    }

    private int HeadBytes() => 2 + LengthBytes() + ((_head[1] & 0x80) != 0 ? 4 : 0);

    private int LengthBytes() => (_head[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 };

    private ulong PayloadBytes()
    {
        var length = (ulong)(_head[1] & 0x7F);
        if (length < 126)
        {
            return length;
        }

        length = 0;
        foreach (var part in _head.AsSpan(2, LengthBytes()))
        {
            length = (length << 8) | part;
        }

        return length;
    }
}
