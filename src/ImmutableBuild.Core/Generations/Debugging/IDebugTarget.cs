namespace ImmutableBuild.Generations.Debugging;

/// <summary>A target that can start a copy of a generation to look at, so that nobody needs to touch what runs.</summary>
public interface IDebugTarget
{
    /// <summary>
    /// Starts one more instance of <paramref name="spec"/>, known to nothing that has traffic, with data volumes that can only be read. It ends by itself when its
    /// time is over, whatever becomes of the program that asked for it. IMB8021 when there is no shell to look with; IMB6005 and IMB8004 as for any instance.
    /// </summary>
    Task<IDebugCopy> StartCopyAsync(GenerationSpec spec, DebugRequest request, CancellationToken cancellationToken);
}

/// <summary>A copy that was started. Disposing destroys it; one that isn't disposed stays until its time is over.</summary>
public interface IDebugCopy : IAsyncDisposable
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>The program and arguments that open a shell in it at a terminal.</summary>
    IReadOnlyList<string> Shell { get; }

    /// <summary>The command that destroys it before its time is over.</summary>
    string Destroy { get; }

    /// <summary>Runs a program in it, or its shell when none is given, until that ends; its exit code.</summary>
    Task<int> RunAsync(IReadOnlyList<string> command, Stream input, Stream output, Stream errors, CancellationToken cancellationToken);
}
