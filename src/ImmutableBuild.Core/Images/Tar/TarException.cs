namespace ImmutableBuild.Images.Tar;

/// <summary>An archive that is damaged or hostile. Callers know which layer it is and say so.</summary>
internal sealed class TarException(string found) : Exception(found);
