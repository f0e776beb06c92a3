using System.Net;
using System.Net.Sockets;
using ImmutableBuild.Gateway.Http1;
using ImmutableBuild.Gateway.Routing;

namespace ImmutableBuild.Tests.Gateway.Http1;

/// <summary>How connections to an instance come about when many are wanted, or an instance takes none.</summary>
public sealed class ConnectionPoolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_crowd_shares_one_look_at_where_the_name_leads()
    {
        using var instance = Listen(backlog: 512);
        var (looks, answer) = (0, new TaskCompletionSource<IPAddress[]>());
        using var pool = new ConnectionPool(At(instance), TimeProvider.System, () =>
        {
            looks++;
            return answer.Task;
        });

        var crowd = Enumerable.Range(0, 100).Select(_ => pool.TakeAsync(mustBeNew: false, Token).AsTask()).ToList();
        answer.SetResult([IPAddress.Loopback]);

        foreach (var connection in await Task.WhenAll(crowd))
        {
            connection.Dispose();
        }

        looks.ShouldBe(1);
    }

    [Fact]
    public async Task A_name_is_looked_up_anew_once_the_look_before_has_ended()
    {
        using var instance = Listen(backlog: 512);
        var answers = new Queue<Task<IPAddress[]>>([Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)), Task.FromResult<IPAddress[]>([IPAddress.Loopback])]);
        using var pool = new ConnectionPool(At(instance), TimeProvider.System, answers.Dequeue);

        (await Should.ThrowAsync<SocketException>(async () => await pool.TakeAsync(mustBeNew: false, Token))).SocketErrorCode.ShouldBe(SocketError.HostNotFound);
        (await pool.TakeAsync(mustBeNew: false, Token)).Dispose();
    }

    [Fact]
    public async Task The_next_address_of_a_name_is_tried_where_one_accepts_nothing()
    {
        using var instance = Listen(backlog: 512);
        using var pool = new ConnectionPool(At(instance), TimeProvider.System, () => Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.2"), IPAddress.Loopback]));

        (await pool.TakeAsync(mustBeNew: false, Token)).Dispose();
    }

    [Fact]
    public async Task An_instance_that_accepts_nothing_is_given_up_once_the_time_is_over()
    {
        using var instance = Listen(backlog: 0);
        using var before = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await before.ConnectAsync(instance.LocalEndPoint!, Token);
        using var pool = new ConnectionPool(At(instance), new HurriedTime());

        var fault = await Should.ThrowAsync<SocketException>(async () => await pool.TakeAsync(mustBeNew: false, Token));

        fault.SocketErrorCode.ShouldBe(SocketError.TimedOut);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_wait()
    {
        using var leaving = new CancellationTokenSource();
        using var pool = new ConnectionPool(InstanceAddress.Loopback(1), TimeProvider.System, () => new TaskCompletionSource<IPAddress[]>().Task);
        var waiting = pool.TakeAsync(mustBeNew: false, leaving.Token).AsTask();

        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    private static Socket Listen(int backlog)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(backlog);
        return listener;
    }

    private static InstanceAddress At(Socket listener) => InstanceAddress.Loopback(((IPEndPoint)listener.LocalEndPoint!).Port);

    /// <summary>Every limit is over once it is set.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (period == Timeout.InfiniteTimeSpan)
            {
                callback(state);
            }

            return System.CreateTimer(callback, state, dueTime, period);
        }
    }
}
