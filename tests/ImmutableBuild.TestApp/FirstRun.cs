namespace ImmutableBuild.TestApp;

/// <summary>Tells the first run in a working directory from later ones.</summary>
public static class FirstRun
{
    /// <summary>Whether this run is the first one.</summary>
    public static bool Claim()
    {
        try
        {
            File.Open("started.txt", FileMode.CreateNew).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
