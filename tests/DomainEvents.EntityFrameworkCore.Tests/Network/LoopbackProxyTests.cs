using System.Net;
using System.Net.Sockets;
using DomainEvents.TestSupport;
using DomainEvents.TestSupport.Network;

namespace DomainEvents.EntityFrameworkCore.Tests.Network;

/// <summary>The proxy in front of a server that says everything back.</summary>
public sealed class LoopbackProxyTests
{
    [Fact]
    public async Task It_forwards_and_counts()
    {
        await using var scene = await EchoScene.OpenAsync();

        await scene.Client.SayAsync("more");

        (await scene.Client.HearAsync(4).Soon()).Should().Be("more");
        scene.Proxy.BytesToServer.Should().Be(9);
        scene.Proxy.BytesToClient.Should().Be(9);
        scene.Proxy.Connections.Should().Be(1);
    }

    [Fact]
    public async Task It_forwards_more_than_a_socket_takes_at_once()
    {
        await using var scene = await EchoScene.OpenAsync();
        var text = string.Concat(Enumerable.Range(0, 1_000_000).Select(i => (char)('a' + (i % 26))));

        var heard = scene.Client.HearAsync(text.Length);
        await scene.Client.SayAsync(text).Soon();

        (await heard.Soon()).Should().Be(text);
    }

    [Fact]
    public async Task An_orderly_end_stays_one()
    {
        await using var scene = await EchoScene.OpenAsync();

        scene.Client.Dispose();

        (await scene.Connection.Ended.Soon()).Should().Be(SocketError.Success);
    }

    [Fact]
    public async Task Drop_resets_both_sides_of_every_connection_and_welcomes_new_ones()
    {
        await using var scene = await EchoScene.OpenAsync();

        scene.Proxy.Drop();

        (await scene.Client.HearResetAsync().Soon()).Should().Be(SocketError.ConnectionReset);
        (await scene.Connection.Ended.Soon()).Should().Be(SocketError.ConnectionReset);
        using var client = await EchoClient.ConnectAsync(scene.Proxy.Port);
        await client.SayAsync("again");
        (await client.HearAsync(5).Soon()).Should().Be("again");
        scene.Proxy.Connections.Should().Be(2);
    }

    [Fact]
    public async Task A_server_that_is_not_there_resets_the_client()
    {
        using var notListening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        notListening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var proxy = await LoopbackProxy.StartAsync("127.0.0.1", ((IPEndPoint)notListening.LocalEndPoint!).Port);

        // The reset may come so early that connecting fails already.
        var talk = async () =>
        {
            using var client = await EchoClient.ConnectAsync(proxy.Port);
            await client.HearAsync(1).Soon();
        };

        await talk.Should().ThrowAsync<SocketException>();
    }

    [Theory]
    [InlineData(ProxyDirection.ToServer)]
    [InlineData(ProxyDirection.ToClient)]
    public async Task Disposing_resets_connections_that_are_held(ProxyDirection direction)
    {
        await using var scene = await EchoScene.OpenAsync();
        using var held = scene.Proxy.Hold(direction);
        await scene.Client.SayAsync("held");
        await held.Arrived.Soon();

        await scene.Proxy.DisposeAsync().Soon();

        (await scene.Client.HearResetAsync().Soon()).Should().Be(SocketError.ConnectionReset);
    }

    [Fact]
    public async Task Connections_and_faults_of_many_threads_do_not_disturb_each_other()
    {
        await using var server = new EchoServer();
        await using var proxy = await LoopbackProxy.StartAsync("127.0.0.1", server.Port);
        var faults = Enumerable.Range(0, 5).Select(_ => proxy.DropBefore("COMMIT"u8)).ToArray();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            using var client = await EchoClient.ConnectAsync(proxy.Port);
            await client.SayAsync("COMMIT");
            try
            {
                return await client.HearAsync(6).Soon();
            }
            catch (SocketException)
            {
                return "reset";
            }
        })));

        outcomes.Count(outcome => outcome == "reset").Should().Be(5);
        outcomes.Count(outcome => outcome == "COMMIT").Should().Be(15);
        await Task.WhenAll(faults.Select(fault => fault.Happened)).Soon();
        proxy.BytesToServer.Should().Be(15 * 6);
    }
}
