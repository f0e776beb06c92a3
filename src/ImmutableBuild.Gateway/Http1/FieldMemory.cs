using System.Buffers;
using System.Text;
using ImmutableBuild.Gateway.Forwarding;

namespace ImmutableBuild.Gateway.Http1;

/// <summary>
/// The fields of a response as strings. An app sends the same fields in the same order again and again, so each place remembers
/// what stood there last and makes a string only of what is new.
/// </summary>
internal sealed class FieldMemory
{
    /// <summary>No more fields are taken in one head.</summary>
    public const int MostFields = 1000;

    // RFC 9110, 5.6.2.
    private static readonly SearchValues<byte> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private readonly List<Place> _places = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The field at <paramref name="index"/>.</summary>
    public Place this[int index] => _places[index];

    /// <summary>Begins another head.</summary>
    public void Clear() => Count = 0;

    /// <summary>Takes on one field line, without its end (RFC 9112, 5). Throws <see cref="MalformedResponseException"/>.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(Token))
        {
            throw new MalformedResponseException("A field line has no valid name.");
        }

        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (value.IndexOfAny((byte)0, (byte)'\r', (byte)'\n') >= 0)
        {
            throw new MalformedResponseException("A field's value holds a control character.");
        }

        if (Count == MostFields)
        {
            throw new MalformedResponseException($"A head has more than {MostFields} fields.");
        }

        if (Count == _places.Count)
        {
            _places.Add(new Place());
        }

        _places[Count++].Take(line[..colon], value);
    }

    /// <summary>One place in the order of fields.</summary>
    public sealed class Place
    {
        private Remembered _name = new();
        private Remembered _value = new();

        /// <summary>The field's name as the app wrote it.</summary>
        public string Name => _name.Text;

        /// <summary>Its value, without white space around it.</summary>
        public string Value => _value.Text;

        /// <summary>Whether it speaks of the connection to the instance only.</summary>
        public bool IsHop { get; private set; }

        internal void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
            if (_name.Take(name))
            {
                IsHop = Hops.Are(_name.Text);
            }

            _value.Take(value);
        }
    }

    private struct Remembered()
    {
        private const int MostBytes = 256;

        private byte[] _bytes = [];
        private int _length = -1;

        public string Text { get; private set; } = "";

        /// <summary>Whether <paramref name="bytes"/> differ from what stood here.</summary>
        public bool Take(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length == _length && bytes.SequenceEqual(_bytes.AsSpan(0, _length)))
            {
                return false;
            }

            Text = Encoding.Latin1.GetString(bytes);
            _length = bytes.Length <= MostBytes ? bytes.Length : -1;
            if (_length > _bytes.Length)
            {
                _bytes = new byte[_length];
            }

            if (_length > 0)
            {
                bytes.CopyTo(_bytes);
            }

            return true;
        }
    }
}
