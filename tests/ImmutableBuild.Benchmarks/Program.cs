using System.CommandLine;
using BenchmarkDotNet.Running;
using ImmutableBuild.Benchmarks;
using ImmutableBuild.Benchmarks.Measuring;

var functions = new Command("functions", "BenchmarkDotNet over single functions; arguments go to BenchmarkDotNet.") { TreatUnmatchedTokensAsErrors = false };
functions.SetAction(parsed =>
{
    BenchmarkSwitcher.FromAssembly(typeof(HelloApp).Assembly).Run([.. parsed.UnmatchedTokens]);
});

var root = new RootCommand("Whole-program comparisons: each prints a table whose ratios come from one run, subjects taking turns.")
{
    GatewayBenchmark.Command(),
    SwitchBenchmark.Command(),
    RollbackBenchmark.Command(),
    NoopBenchmark.Command(),
    DeployBenchmark.Command(),
    BakeBenchmark.Command(),
    ScanBenchmark.Command(),
    DockerGatewayBenchmark.Command(),
    functions,
    HelloApp.Command(),
    BareForwarder.Command(),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (MissingProgramException missing)
{
    await Console.Error.WriteLineAsync(missing.Message);
    return 2;
}
