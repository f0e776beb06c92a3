namespace ImmutableBuild.AcceptanceTests.Infrastructure;

/// <summary>A directory whose users have ended: one that was just killed, or gave its place to another, may still be writing its last file there.</summary>
internal static class LeftDirectory
{
    private const int MostTries = 100;

    /// <summary>Calls <paramref name="remove"/> until it finds nothing new any more.</summary>
    public static async Task RemoveAsync(Action remove)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                remove();
                return;
            }
            catch (IOException) when (tries < MostTries)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }
    }
}
