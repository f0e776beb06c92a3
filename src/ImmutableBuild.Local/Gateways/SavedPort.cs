using System.Globalization;

namespace ImmutableBuild.Local.Gateways;

/// <summary>The public port the app's gateway had last, so that it comes back on the same one whoever starts it again.</summary>
internal sealed class SavedPort(string stateDirectory)
{
    private const string NoPort = "none";

    private string FilePath => Path.Combine(stateDirectory, "public-port");

    /// <summary>The port; null for none. 0 when nothing usable is saved.</summary>
    public int? Read()
    {
        var text = File.Exists(FilePath) ? File.ReadAllText(FilePath).Trim() : "0";
        return text == NoPort
            ? null
            : ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0;
    }

    /// <summary>Saves it.</summary>
    public void Write(int? port)
    {
        if (!File.Exists(FilePath) || Read() != port)
        {
            File.WriteAllText(FilePath, port?.ToString(CultureInfo.InvariantCulture) ?? NoPort);
        }
    }
}
