using System.Runtime.InteropServices;

namespace ImmutableBuild.Docker.Api.Streams;

/// <summary>Which of a process' streams a piece belongs to; the numbers are the API's.</summary>
internal enum StreamTarget
{
    /// <summary>Its input, echoed.</summary>
    StandardIn = 0,

    /// <summary>Its output. With a terminal, everything.</summary>
    StandardOut = 1,

    /// <summary>Its errors.</summary>
    StandardError = 2,
}

/// <summary>A piece that was read.</summary>
/// <param name="Target">Whose it is.</param>
/// <param name="Count">Its bytes; 0 at the end.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReadResult(StreamTarget Target, int Count)
{
    /// <summary>Whether the stream has ended.</summary>
    public bool EOF => Count == 0;
}
