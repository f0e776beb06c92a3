using System.Globalization;
using System.Text;

namespace ImmutableBuild.Docker.Api.Calls;

/// <summary>The query of a call; what is null or false is left out.</summary>
internal sealed class Query
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds a text.</summary>
    public Query Add(string name, string? value)
    {
        if (value is not null)
        {
            _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return this;
    }

    /// <summary>Adds a number.</summary>
    public Query Add(string name, int? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a switch that is on.</summary>
    public Query Add(string name, bool value) => value ? Add(name, "1") : this;

    /// <summary>Adds filters, where there are any.</summary>
    public Query Add(Models.Filters? filters) => filters is { IsEmpty: false } ? Add("filters", filters.ToJson()) : this;

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
