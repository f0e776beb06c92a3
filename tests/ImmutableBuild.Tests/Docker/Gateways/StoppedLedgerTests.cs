using System.Collections.Immutable;
using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using ImmutableBuild.Docker;
using ImmutableBuild.Docker.Api;
using ImmutableBuild.Docker.Gateways;
using ImmutableBuild.Generations;
using ImmutableBuild.Tests.Docker.Api;
using ImmutableBuild.Tests.Generations.Simulation;

namespace ImmutableBuild.Tests.Docker.Gateways;

/// <summary>The history of an app that was stopped is read through a container, which may be taken away meanwhile.</summary>
public sealed class StoppedLedgerTests : IAsyncDisposable
{
    private const string Stat = """{"name":"ledger.jsonl","size":1,"mode":384,"mtime":"2026-01-01T00:00:00Z","linkTarget":""}""";
    private static readonly string s_none = ScriptedEngine.Reply("404 Not Found", """{"message":"No such thing"}""");

    // What is needed of a container.
    private const string Reader = """{"Id":"reader","Name":"/reader","State":{"Status":"created","Running":false},"Config":{},"HostConfig":{}}""";

    private readonly ScriptedEngine _engine = new();
    private int _readers;
    private int _lostReaders;
    private bool _hasLedger = true;

    public StoppedLedgerTests() => _engine.Answer = (request, stream, cancellationToken) => ScriptedEngine.SendAsync(stream, AnswerTo(request.Line), cancellationToken);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task It_is_read_again_where_another_release_took_the_reader_for_a_forgotten_one()
    {
        _lostReaders = 1;
        (await ReadAsync()).ShouldHaveSingleItem().Event.ShouldBe(LedgerEvent.Live);
        _readers.ShouldBe(2);
    }

    [Fact]
    public async Task A_volume_without_one_is_an_empty_history()
    {
        _hasLedger = false;
        (await ReadAsync()).ShouldBeEmpty();
        _readers.ShouldBe(1);
    }

    [Fact]
    public async Task An_engine_that_loses_every_reader_is_an_error_and_no_empty_history()
    {
        _lostReaders = int.MaxValue;
        (await Should.ThrowAsync<DockerApiException>(ReadAsync)).Kind.ShouldBe(DockerErrorKind.NotFound);
    }

    private async Task<ImmutableArray<LedgerEntry>> ReadAsync()
    {
        await using var client = await _engine.ConnectAsync();
        return await StoppedLedger.ReadAsync(client, new AppNames(SimulatedSpecs.App), (_, _) => Task.FromResult("gateway"), TestContext.Current.CancellationToken);
    }

    private string AnswerTo(string line)
    {
        var isThere = _readers > _lostReaders;
        return line.Contains("/containers/create", StringComparison.Ordinal) ? ScriptedEngine.Reply("201 Created", $$"""{"Id":"reader{{++_readers}}","Warnings":[]}""")
            : line.Contains("/archive", StringComparison.Ordinal) ? isThere && _hasLedger ? Ledger() : s_none
            : line.StartsWith("GET /v1.41/containers/reader", StringComparison.Ordinal) ? isThere ? ScriptedEngine.Reply("200 OK", Reader) : s_none
            : line.Contains("/volumes/", StringComparison.Ordinal) ? ScriptedEngine.Reply("200 OK", """{"Name":"state"}""")
            : line.StartsWith("DELETE ", StringComparison.Ordinal) && isThere ? ScriptedEngine.Reply("204 No Content", "")
            : s_none;
    }

    private static string Ledger()
    {
        var entry = new LedgerEntry { Event = LedgerEvent.Live, Cause = LedgerCause.Release, By = "test", Spec = SimulatedSpecs.Spec(1) };
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "ledger.jsonl")
            {
                DataStream = new MemoryStream([.. JsonSerializer.SerializeToUtf8Bytes(entry, GenerationsJson.Default.LedgerEntry), (byte)'\n']),
            });
        }

        var stat = Convert.ToBase64String(Encoding.UTF8.GetBytes(Stat));
        return ScriptedEngine.Reply("200 OK", Encoding.ASCII.GetString(tar.ToArray()), $"X-Docker-Container-Path-Stat: {stat}\r\n");
    }
}
