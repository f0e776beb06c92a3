namespace ImmutableBuild.Gateway;

/// <summary>What the gateway tells those who look into <c>gateway.log</c>: one line a decision, never a secret.</summary>
internal sealed class GatewayLog(TextWriter output, TimeProvider time)
{
    private readonly Lock _gate = new();

    /// <summary>Writes one line.</summary>
    public void Write(string line)
    {
        lock (_gate)
        {
            output.WriteLine($"{time.GetUtcNow():u} {line}");
            output.Flush();
        }
    }
}
