namespace ImmutableBuild.Scanning.Content;

/// <summary>Paths of programs: in a directory <c>bin</c> or <c>sbin</c>, wherever that is.</summary>
internal static class ProgramPath
{
    /// <summary>Whether <paramref name="path"/> is one of a program with one of these names.</summary>
    public static bool NamesAny(string path, ReadOnlySpan<string> programs)
    {
        foreach (var program in programs)
        {
            if (Names(path, program))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether <paramref name="path"/> is one of a program of this name. Cuts nothing up, since every file of an image is asked this.</summary>
    public static bool Names(string path, string program)
    {
        if (!path.EndsWith(program, StringComparison.Ordinal) || path.Length == program.Length || path[^(program.Length + 1)] != '/')
        {
            return false;
        }

        var directory = path.AsSpan(0, path.Length - program.Length - 1);
        return directory[(directory.LastIndexOf('/') + 1)..] is "bin" or "sbin";
    }
}
