using System.Collections.Immutable;
using System.CommandLine;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Tool;

/// <summary><c>-p name=value</c>: what a build takes as properties, for the commands that act as one.</summary>
internal static class BuildProperties
{
    /// <summary>The option.</summary>
    public static Option<string[]> Option { get; } = new("--property", "-p")
    {
        Description = "A property as a build takes it, such as ImmutableSoak=10s; may be repeated.",
        HelpName = "name=value",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>What was given, by name. IMB1304 for one without a name or '='.</summary>
    public static ImmutableDictionary<string, string> Read(ParseResult parsed)
    {
        var properties = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in parsed.GetValue(Option) ?? [])
        {
            var at = property.IndexOf('=', StringComparison.Ordinal);
            properties[at > 0 ? property[..at].Trim() : throw ToolErrors.PropertyInvalid(property)] = property[(at + 1)..];
        }

        return properties.ToImmutable();
    }
}
