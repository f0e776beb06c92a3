using System.Runtime.InteropServices;
using ImmutableBuild.Errors;

namespace ImmutableBuild.Local.Gateways;

/// <summary>The .NET installation this process runs on; a gateway runs on the same one.</summary>
/// <param name="Program">The absolute path of <c>dotnet</c>.</param>
/// <param name="Root">Its directory, for <c>DOTNET_ROOT</c>.</param>
internal sealed record DotnetHost(string Program, string Root)
{
    /// <summary>Finds it from where the running framework is, <c>ROOT/shared/Microsoft.NETCore.App/VERSION/</c>: no variable that a build sets has a say. IMB6101 when it isn't there.</summary>
    public static DotnetHost Find()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var program = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return File.Exists(program) ? new DotnetHost(program, root) : throw LocalErrors.GatewayProgramMissing(program);
    }
}
