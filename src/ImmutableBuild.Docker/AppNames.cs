using System.Security.Cryptography;
using System.Text;
using ImmutableBuild.Docker.Api.Models;
using ImmutableBuild.Generations;
using ImmutableBuild.Releases;

namespace ImmutableBuild.Docker;

/// <summary>What everything of one app and environment is called on an engine. Names tell people whose it is; labels tell this target.</summary>
internal sealed class AppNames
{
    private const string Prefix = "org.immutablebuild.";

    public AppNames(AppKey app)
    {
        // A DNS label has 63 characters at most, and "a-b" of "c" is not "a" of "b-c": the hash tells them apart.
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(app.ToString())))[..8];
        (App, Base) = (app, $"{Cut(app.App, 14)}-{Cut(app.Environment, 8)}-{hash}");
    }

    /// <summary>The label with the generation of an instance.</summary>
    public const string GenerationLabel = Prefix + "generation";

    /// <summary>The label with the name of an instance within its generation.</summary>
    public const string InstanceLabel = Prefix + "instance";

    /// <summary>The label with the whole specification of an instance's generation, as JSON. It holds secrets by name and digest only.</summary>
    public const string SpecLabel = Prefix + "spec";

    /// <summary>The label with the digest of the manifest that an instance runs.</summary>
    public const string ImageLabel = Prefix + "image";

    /// <summary>The label with the image that a gateway was made from.</summary>
    public const string GatewayImageLabel = Prefix + "gateway-image";

    /// <summary>The label with the hash of the program that a gateway was made with.</summary>
    public const string GatewayProgramLabel = Prefix + "gateway-program";

    /// <summary>The label with what a container is for.</summary>
    public const string RoleLabel = Prefix + "role";

    /// <summary>Of a gateway.</summary>
    public const string GatewayRole = "gateway";

    /// <summary>Of an instance.</summary>
    public const string InstanceRole = "instance";

    /// <summary>Of a volume with data that outlives generations.</summary>
    public const string DataRole = "data";

    /// <summary>Of a volume with the secret files of a generation.</summary>
    public const string SecretsRole = "secrets";

    /// <summary>Of a container that is never started, through which volumes are filled.</summary>
    public const string FillingRole = "filling";

    /// <summary>Of a copy to look at, and what it needs.</summary>
    public const string DebugRole = "debug";

    /// <summary>Of a container that lets the engine choose a port, and is gone right after.</summary>
    public const string PortRole = "port";

    /// <summary>Of a container through which a volume is read, and which is gone right after.</summary>
    public const string ReaderRole = "reader";

    /// <summary>Whose names these are.</summary>
    public AppKey App { get; }

    /// <summary>What all of them begin with.</summary>
    public string Base { get; }

    /// <summary>The network that gateway and instances share.</summary>
    public string Network => Base;

    /// <summary>The volume with the gateway's state and the ledger.</summary>
    public string StateVolume => $"{Base}-state";

    /// <summary>The gateway's container.</summary>
    public string Gateway => $"{Base}-gateway";

    /// <summary>Labels of everything.</summary>
    public IReadOnlyDictionary<string, string> Labels => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Prefix + "app"] = App.App,
        [Prefix + "environment"] = App.Environment,
    };

    /// <summary>Narrows a list to what is of this app and environment.</summary>
    public Filters Mine => Filters.None.Label(Prefix + "app", App.App).Label(Prefix + "environment", App.Environment);

    /// <summary>Narrows a list to its containers of one role.</summary>
    public Filters Of(string role) => Mine.Label(RoleLabel, role);

    /// <summary>The container of an instance; also its name in the network.</summary>
    public string Instance(GenerationId generation, string instance) => $"{Base}-{generation}-{instance}";

    /// <summary>The volume that the app knows as <paramref name="name"/>.</summary>
    public string DataVolume(string name) => $"{Base}-data-{name}";

    /// <summary>The volume with the secret files of <paramref name="generation"/>.</summary>
    public string SecretsVolume(GenerationId generation) => $"{Base}-{generation}-secrets";

    /// <summary>One of the containers of a copy to look at, of which there may be several.</summary>
    public string Debug(string copy, string part) => $"{Base}-debug-{copy}-{part}";

    /// <summary>The container through which volumes are filled.</summary>
    public string Filling => $"{Base}-filling";

    /// <summary>Labels of a container or volume with <paramref name="role"/>.</summary>
    public Dictionary<string, string> LabelsOf(string role) => new(Labels, StringComparer.Ordinal) { [RoleLabel] = role };

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length].TrimEnd('-');
}
