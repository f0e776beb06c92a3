using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace ImmutableBuild.Reports;

/// <summary>
/// Markup. It is only made from interpolated strings whose literal parts are the code's own: every string put into one is
/// encoded, and only what is <see cref="Html"/> already is taken as it is.
/// </summary>
internal readonly record struct Html(string Markup)
{
    /// <summary>Nothing.</summary>
    public static Html Empty { get; } = new("");

    /// <summary>The markup of an interpolated string.</summary>
    public static Html Of(HtmlBuilder builder) => new(builder.ToString());

    /// <summary>Markup of a value where there is one.</summary>
    public static Html Of<T>(T? value, Func<T, Html> part)
        where T : class => value is null ? Empty : part(value);

    /// <summary>One after the other.</summary>
    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.Markup)));

    /// <summary>Markup when <paramref name="condition"/> holds.</summary>
    public static Html When(bool condition, Func<Html> part) => condition ? part() : Empty;

    /// <inheritdoc/>
    public override string ToString() => Markup;
}

/// <summary>What the compiler turns an interpolated string into. There is no form for any other type: it would not compile.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlBuilder
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _markup;

    public HtmlBuilder(int literalLength, int formattedCount) => _markup = new StringBuilder(literalLength + (formattedCount * 32));

    public void AppendLiteral(string literal) => _markup.Append(literal);

    public void AppendFormatted(string? text) => _markup.Append(Encoder.Encode(Printable.Block(text ?? "")).Replace("&#xA;", "\n", StringComparison.Ordinal));

    public void AppendFormatted(Html html) => _markup.Append(html.Markup);

    public void AppendFormatted(IEnumerable<Html> parts) => _markup.Append(Html.Join(parts).Markup);

    public void AppendFormatted(long number) => _markup.Append(number.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(double number) => _markup.Append(number.ToString("0.##", CultureInfo.InvariantCulture));

    public override string ToString() => _markup.ToString();
}
