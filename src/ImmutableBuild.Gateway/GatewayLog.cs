namespace ImmutableBuild.Gateway;

/// <summary>What the gateway tells those who look into <c>gateway.log</c>: one line a decision, never a secret.</summary>
internal sealed class GatewayLog(TextWriter output, TimeProvider time)
{
    private readonly Lock _gate = new();

    /// <summary>Writes one line, or loses it: a full disk must end nothing that was worth telling.</summary>
    public void Write(string line)
    {
        lock (_gate)
        {
            try
            {
                output.WriteLine($"{time.GetUtcNow():u} {line}");
                output.Flush();
            }
            catch (IOException)
            {
                // There is nowhere else to tell it.
            }
        }
    }
}
