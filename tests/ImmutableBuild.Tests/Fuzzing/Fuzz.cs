namespace ImmutableBuild.Tests.Fuzzing;

/// <summary>
/// Gives a parser inputs that were valid once, damaged at random: <see cref="Inputs"/> of them, the same ones each time. It may refuse one by the
/// exception it is known for, and nothing else; it may not allocate more than its bound, nor go on for ever.
/// </summary>
internal static class Fuzz
{
    private static readonly TimeSpan Hangs = TimeSpan.FromMinutes(20);

    /// <summary>How many: 20,000, or as the variable says that a nightly run sets.</summary>
    public static int Inputs { get; } = int.TryParse(Environment.GetEnvironmentVariable("IMMUTABLE_FUZZ"), out var inputs) ? inputs : 20_000;

    /// <summary>Runs a parser on damaged copies of some seeds.</summary>
    /// <param name="seeds">Valid inputs.</param>
    /// <param name="parse">The parser.</param>
    /// <param name="isRefusal">Whether it may throw this.</param>
    /// <param name="allocated">Bytes that it may allocate for an input of so many bytes.</param>
    public static async Task RunAsync(byte[][] seeds, Action<byte[]> parse, Func<Exception, bool> isRefusal, Func<int, long> allocated)
    {
        var current = Array.Empty<byte>();

        // A thread of its own: on a machine with two processors, the pool would have none left for the tests beside this one.
        var running = Task.Factory.StartNew(() =>
        {
            var random = new Random(20261129);
            var refused = 0;
            for (var i = 0; i < Inputs; i++)
            {
                current = Damage(seeds[i % seeds.Length], seeds, random);
                refused += Try(parse, current, isRefusal, allocated) ? 0 : 1;
            }

            // Damage that always shows tests one line of the parser, and damage that never shows tests none.
            refused.ShouldBeInRange(1, Inputs - 1);
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        (await Task.WhenAny(running, Task.Delay(Hangs + TimeSpan.FromSeconds(Inputs / 1000), TestContext.Current.CancellationToken))).ShouldBe(running, "It hangs at " + Convert.ToBase64String(current));
        await running;
    }

    private static bool Try(Action<byte[]> parse, byte[] input, Func<Exception, bool> isRefusal, Func<int, long> allocated)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            parse(input);
            return true;
        }
        catch (Exception refusal) when (isRefusal(refusal))
        {
            return false;
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"{fault.GetType().Name} at {Convert.ToBase64String(input)}", fault);
        }
        finally
        {
            var spent = GC.GetAllocatedBytesForCurrentThread() - before;
            if (spent > allocated(input.Length))
            {
                Assert.Fail($"It allocated {spent} bytes for {input.Length}: {Convert.ToBase64String(input)}");
            }
        }
    }

    private static byte[] Damage(byte[] seed, byte[][] seeds, Random random)
    {
        var input = seed.ToList();
        for (var times = random.Next(1, 6); times > 0; times--)
        {
            var at = random.Next(input.Count + 1);
            var length = Math.Min(input.Count - at, random.Next(1, 64));
            switch (random.Next(7))
            {
                case 0 when at < input.Count:
                    input[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < input.Count:
                    input[at] = (byte)random.Next(256);
                    break;
                case 2 when at < input.Count:
                    // Numbers at the edges of what they may be.
                    var edge = (byte)(random.Next(3) switch { 0 => 0, 1 => 0xff, _ => 0x7f });
                    for (var i = at; i < Math.Min(input.Count, at + (1 << random.Next(4))); i++)
                    {
                        input[i] = edge;
                    }

                    break;
                case 3:
                    input.RemoveRange(at, length);
                    break;
                case 4:
                    input.InsertRange(at, input.GetRange(at, length));
                    break;
                case 5:
                    var other = seeds[random.Next(seeds.Length)];
                    var from = random.Next(other.Length);
                    input.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(1, 256))]);
                    break;
                case 6 when random.Next(8) == 0:
                    input.RemoveRange(at, input.Count - at);
                    break;
            }
        }

        return [.. input];
    }
}
