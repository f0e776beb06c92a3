namespace ImmutableBuild.Images;

/// <summary>
/// Gives files and directories another name. Windows refuses that for as long as anybody has them open, and virus scanners and indexers open whatever was
/// just written: so it is tried again for a second.
/// </summary>
internal static class Renaming
{
    private const int Attempts = 20;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Does <paramref name="rename"/>, which must change nothing where it throws.</summary>
    public static void Do(Action rename) => Do(rename, OperatingSystem.IsWindows());

    /// <summary>The same, on a system where it may have to be tried again, or on one where it has not.</summary>
    public static void Do(Action rename, bool isWindows)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                rename();
                return;
            }
            catch (Exception fault) when (isWindows && attempt < Attempts && IsHeldOpen(fault))
            {
                Thread.Sleep(s_interval);
            }
        }
    }

    // ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, and of ReplaceFile ERROR_UNABLE_TO_REMOVE_REPLACED.
    private static bool IsHeldOpen(Exception fault) => fault is UnauthorizedAccessException || (fault is IOException && (fault.HResult & 0xFFFF) is 5 or 32 or 33 or 1175);
}
