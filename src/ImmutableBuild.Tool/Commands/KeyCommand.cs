using System.CommandLine;

namespace ImmutableBuild.Tool.Commands;

/// <summary><c>immutable key</c>: keys that sign images.</summary>
internal static class KeyCommand
{
    public static Command Create() => new("key", "Keys that sign images.") { KeyNewCommand.Create(), KeyShowCommand.Create() };
}
