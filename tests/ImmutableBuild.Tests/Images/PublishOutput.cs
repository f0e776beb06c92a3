namespace ImmutableBuild.Tests.Images;

/// <summary>A publish directory as <c>dotnet publish</c> leaves it for a small self-contained web app.</summary>
internal static class PublishOutput
{
    public const string Elf = "\u007fELF\u0002\u0001\u0001";

    public const string DependenciesJson = """
        {
          "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0/linux-x64" },
          "targets": {
            ".NETCoreApp,Version=v10.0": {},
            ".NETCoreApp,Version=v10.0/linux-x64": {
              "Web/1.0.0": { "dependencies": { "Json": "1.0.0" }, "runtime": { "Web.dll": {} } },
              "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.0": { "runtime": { "System.Runtime.dll": {} }, "native": { "libcoreclr.so": {} } },
              "Json/1.0.0": { "runtime": { "lib/net10.0/Json.dll": {} }, "resources": { "lib/net10.0/de/Json.resources.dll": { "locale": "de" } } },
              "Shared/1.0.0": { "runtime": { "Shared.dll": {} } }
            }
          },
          "libraries": {
            "Web/1.0.0": { "type": "project" },
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.0": { "type": "runtimepack" },
            "Json/1.0.0": { "type": "package" },
            "Shared/1.0.0": { "type": "project" }
          }
        }
        """;

    /// <summary>Path and content of each file, in the order they are created.</summary>
    public static (string Path, string Content)[] Files { get; } =
    [
        ("Web", Elf + "apphost"), ("Web.dll", "app"), ("Web.pdb", "symbols"), ("Web.deps.json", DependenciesJson), ("appsettings.json", "{}"),
        ("System.Runtime.dll", "runtime"), ("libcoreclr.so", Elf + "library"), ("Json.dll", "package"), ("Json.pdb", "package symbols"),
        ("de/Json.resources.dll", "satellite"), ("Shared.dll", "project"), ("Shared.xml", "project documentation"),
        ("wwwroot/index.html", "<p>"), ("wwwroot/.well-known/security.txt", "mail"), ("run.sh", "#!/bin/sh\n"),
    ];

    public static string Write(string directory, IEnumerable<(string Path, string Content)>? files = null)
    {
        foreach (var (path, content) in files ?? Files)
        {
            var file = Path.Combine(directory, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content, System.Text.Encoding.Latin1);
        }

        return directory;
    }
}
