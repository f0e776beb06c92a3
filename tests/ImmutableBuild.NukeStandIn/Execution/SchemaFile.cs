using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nuke.Common.IO;

namespace Nuke.Common.Execution;

/// <summary><c>.nuke/build.schema.json</c>, from which editors complete <c>parameters.json</c>: written where a project was built, when it is not so already.</summary>
internal static class SchemaFile
{
    public static void Write(NukeBuild build)
    {
        var directory = NukeBuild.RootDirectory / ".nuke";
        if (NukeBuild.BuildProjectFile is null || !directory.DirectoryExists())
        {
            return;
        }

        var file = directory / "build.schema.json";
        var schema = Of(build).ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).ReplaceLineEndings("\n") + "\n";
        if (!file.FileExists() || file.ReadAllText().ReplaceLineEndings("\n") != schema)
        {
            file.WriteAllText(schema);
        }
    }

    private static JsonObject Of(NukeBuild build)
    {
        JsonObject own = [], inherited = [];
        foreach (var member in Injection.ParametersOf(build.GetType()))
        {
            (member.DeclaringType == typeof(NukeBuild) ? inherited : own)[Injection.NameOf(member)] = Of(member);
        }

        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-04/schema#",
            ["definitions"] = new JsonObject
            {
                ["ExecutableTarget"] = new JsonObject { ["type"] = "string", ["enum"] = Names(build.ExecutableTargets.Select(target => target.Name)) },
                ["NukeBuild"] = new JsonObject { ["properties"] = inherited },
            },
            ["allOf"] = new JsonArray(new JsonObject { ["properties"] = own }, new JsonObject { ["$ref"] = "#/definitions/NukeBuild" }),
        };
    }

    private static JsonObject Of(MemberInfo member)
    {
        var type = Injection.TypeOf(member);
        var schema = new JsonObject();
        if (member.Name is "InvokedTargets" or "SkippedTargets")
        {
            schema["type"] = "array";
            schema["items"] = new JsonObject { ["$ref"] = "#/definitions/ExecutableTarget" };
        }
        else
        {
            schema["type"] = type == typeof(bool) ? "boolean" : type == typeof(int) || type == typeof(int?) ? "integer" : type.IsArray ? "array" : "string";
        }

        if (type.IsEnum)
        {
            schema["enum"] = Names(Enum.GetNames(type));
        }

        if (member.GetCustomAttribute<ParameterAttribute>()!.Description is { } description)
        {
            schema["description"] = description.TrimEnd('.');
        }

        if (Attribute.IsDefined(member, typeof(SecretAttribute)))
        {
            schema["default"] = "Secrets must be entered via 'nuke :secrets [profile]'";
        }

        return schema;
    }

    private static JsonArray Names(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal).Select(name => JsonValue.Create(name))];
}
