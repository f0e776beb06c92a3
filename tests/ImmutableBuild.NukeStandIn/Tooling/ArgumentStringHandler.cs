using System.Runtime.CompilerServices;
using Nuke.Common.IO;

namespace Nuke.Common.Tooling;

/// <summary>Arguments as an interpolated string: a value with spaces is quoted, one of the format <c>r</c> is redacted where the call is told.</summary>
[InterpolatedStringHandler]
public ref struct ArgumentStringHandler
{
    private readonly List<string> _secrets;
    private DefaultInterpolatedStringHandler _builder;

    public ArgumentStringHandler(int literalLength, int formattedCount, out bool handlerIsValid)
    {
        _secrets = [];
        _builder = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
        handlerIsValid = true;
    }

    public static implicit operator ArgumentStringHandler(string value)
    {
        var handler = new ArgumentStringHandler(value.Length, 0, out _);
        handler.AppendLiteral(value);
        return handler;
    }

    public void AppendLiteral(string value) => _builder.AppendLiteral(value);

    public void AppendFormatted(object value, int alignment = 0, string format = null)
    {
        var text = value?.ToString() ?? "";
        if (format == "r")
        {
            _secrets.Add(text);
        }

        _builder.AppendLiteral(format != "nq" && text.Contains(' ') && !text.StartsWith('"') ? $"\"{text}\"" : text);
    }

    public void AppendFormatted(IAbsolutePathHolder value, int alignment = 0, string format = null) => AppendFormatted((object)value?.Path, alignment, format);

    public string ToStringAndClear() => _builder.ToStringAndClear();

    public readonly Func<string, string> GetFilter()
    {
        var secrets = _secrets ?? [];
        return text => secrets.Aggregate(text, (told, secret) => secret.Length > 0 ? told.Replace(secret, "[REDACTED]") : told);
    }
}
