using System.Globalization;

namespace ImmutableBuild.Processes;

/// <summary>
/// One process, told apart from a later one that got the same number (F44): number, and when it started. The text form,
/// <c>pid@start</c>, can be kept in a file and compared after a restart of the host.
/// </summary>
/// <param name="Id">The process number; also the number of the process group and session it leads.</param>
/// <param name="Start">When it started, in the operating system's own terms; only equality means anything.</param>
public sealed record ProcessIdentity(int Id, string Start)
{
    /// <summary>Parses the text form.</summary>
    public static bool TryParse(string? text, out ProcessIdentity? identity)
    {
        identity = null;
        var at = text?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        if (at <= 0
            || !int.TryParse(text.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || id <= 1
            || at == text!.Length - 1)
        {
            return false;
        }

        identity = new ProcessIdentity(id, text[(at + 1)..]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}@{Start}");
}
