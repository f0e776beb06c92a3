using System.Collections;
using System.Text.Json;

namespace Nuke.Common.Execution;

/// <summary>Where parameters come from: the command line, then the environment, then <c>.nuke/parameters.json</c>.</summary>
internal sealed class ParameterSource(string[] arguments, IReadOnlyDictionary<string, string> variables)
{
    private readonly Dictionary<string, string[]> _files = new(StringComparer.OrdinalIgnoreCase);

    public static ParameterSource Current { get; } = new(
        EnvironmentInfo.CommandLineArguments, Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value));

    /// <summary>The value of a parameter; null when it has none.</summary>
    public object Find(string name, Type type, char? separator) =>
        TextsOf(name) is { } texts ? Conversion.To(name, separator is { } cut ? [.. texts.SelectMany(text => text.Split(cut))] : texts, type) : null;

    /// <summary>The arguments before the first option: the targets.</summary>
    public string[] Positional() => [.. arguments.TakeWhile(argument => !IsOption(argument))];

    /// <summary>Reads a file of parameters, over what was read before.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isSecret">Whether a parameter is encrypted.</param>
    /// <param name="isPath">Whether a parameter is a path: in a file those are relative to the root.</param>
    public void Read(string file, Func<string, bool> isSecret, Func<string, bool> isPath)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        foreach (var property in document.RootElement.EnumerateObject().Where(property => property.Name != "$schema"))
        {
            if (isSecret(property.Name))
            {
                throw new NotSupportedException($"{file}: the stand-in for NUKE does not decrypt secrets ('{property.Name}').");
            }

            var texts = property.Value.ValueKind == JsonValueKind.Array ? property.Value.EnumerateArray().Select(item => item.ToString()) : [property.Value.ToString()];
            _files[property.Name] = [.. isPath(property.Name) ? texts.Select(text => Path.GetFullPath(text, NukeBuild.RootDirectory)) : texts];
        }
    }

    private static bool IsOption(string argument) => argument.StartsWith('-');

    private string[] TextsOf(string name) => FromArguments(name) ?? FromVariables(name) ?? _files.GetValueOrDefault(name);

    private string[] FromArguments(string name)
    {
        var at = Array.FindLastIndex(arguments, argument => IsOption(argument) && string.Equals(argument.Replace("-", ""), name, StringComparison.OrdinalIgnoreCase));
        return at >= 0 ? [.. arguments.Skip(at + 1).TakeWhile(argument => !IsOption(argument))]
            : name == "Target" && Positional() is { Length: > 0 } targets ? targets
            : null;
    }

    private string[] FromVariables(string name)
    {
        if (variables.TryGetValue(name, out var exact))
        {
            return [exact];
        }

        var wanted = Letters(name);
        var found = variables.Where(variable => Letters(variable.Key) is var letters
            && (string.Equals(letters, wanted, StringComparison.OrdinalIgnoreCase) || string.Equals(letters, "NUKE" + wanted, StringComparison.OrdinalIgnoreCase))).ToList();
        return found is [var only] ? [only.Value] : null;
    }

    private static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit));
}
