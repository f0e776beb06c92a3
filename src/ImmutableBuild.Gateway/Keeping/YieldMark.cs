using ImmutableBuild.Processes;

namespace ImmutableBuild.Gateway.Keeping;

/// <summary>A gateway's note that it has left its place: from then on the keeper must have a successor serve, and start another where one fails.</summary>
internal static class YieldMark
{
    private const string File = "yielded";

    /// <summary>Written by the gateway that leaves.</summary>
    public static void Set(string stateDirectory, ProcessIdentity gateway) => System.IO.File.WriteAllText(PathOf(stateDirectory), gateway.ToString());

    /// <summary>Whether <paramref name="gateway"/> has left.</summary>
    public static bool IsOf(string stateDirectory, ProcessIdentity gateway)
    {
        try
        {
            // Shared with writers: the gateway that leaves must not be kept from writing it.
            using var reader = new StreamReader(new FileStream(PathOf(stateDirectory), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return reader.ReadToEnd() == gateway.ToString();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // There is none, or it is being written or removed; whoever waits for it looks again.
            return false;
        }
    }

    /// <summary>Removes the note.</summary>
    public static void Clear(string stateDirectory) => System.IO.File.Delete(PathOf(stateDirectory));

    private static string PathOf(string stateDirectory) => Path.Combine(stateDirectory, File);
}
