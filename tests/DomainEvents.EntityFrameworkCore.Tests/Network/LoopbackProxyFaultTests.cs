using System.Net.Sockets;
using DomainEvents.TestSupport;
using DomainEvents.TestSupport.Network;

namespace DomainEvents.EntityFrameworkCore.Tests.Network;

/// <summary>What the proxy does to the connection to a server that says everything back.</summary>
public sealed class LoopbackProxyFaultTests
{
    [Fact]
    public async Task A_message_that_is_dropped_before_it_was_forwarded_never_reaches_the_server()
    {
        await using var scene = await EchoScene.OpenAsync();
        using var fault = scene.Proxy.DropBefore("COMMIT"u8);
        await scene.Client.SayAsync("INSERT");
        await scene.Client.HearAsync(6).Soon();

        await scene.Client.SayAsync("a COMMIT it is");

        await fault.Happened.Soon();
        (await scene.Client.HearResetAsync().Soon()).Should().Be(SocketError.ConnectionReset);
        (await scene.Connection.Ended.Soon()).Should().Be(SocketError.ConnectionReset);
        (await scene.Connection.HearAllAsync()).Should().Be("INSERT");
    }

    [Fact]
    public async Task A_message_that_comes_in_pieces_is_found()
    {
        await using var scene = await EchoScene.OpenAsync();
        using var fault = scene.Proxy.DropBefore("COMMIT"u8);
        foreach (var piece in (string[])["a C", "OM", "MI"])
        {
            await scene.Client.SayAsync(piece);
            await scene.Client.HearAsync(piece.Length).Soon();
        }

        await scene.Client.SayAsync("T");

        await fault.Happened.Soon();
        await scene.Connection.Ended.Soon();
        (await scene.Connection.HearAllAsync()).Should().Be("a COMMI");
    }

    [Fact]
    public async Task A_message_of_the_past_is_not_found()
    {
        await using var scene = await EchoScene.OpenAsync();
        await scene.Client.SayAsync("COMMIT");
        await scene.Client.HearAsync(6).Soon();
        using var fault = scene.Proxy.DropBefore("COMMIT"u8);

        await scene.Client.SayAsync(" AND ");

        (await scene.Client.HearAsync(5).Soon()).Should().Be(" AND ");
        fault.Happened.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task A_message_that_is_dropped_after_it_was_forwarded_reaches_the_server_and_no_answer_the_client()
    {
        await using var scene = await EchoScene.OpenAsync();
        using var fault = scene.Proxy.DropAfter("COMMIT"u8);

        await scene.Client.SayAsync("COMMIT");

        await fault.Happened.Soon();
        (await scene.Client.HearResetAsync().Soon()).Should().Be(SocketError.ConnectionReset);
        (await scene.Connection.Ended.Soon()).Should().Be(SocketError.ConnectionReset);
        (await scene.Connection.HearAllAsync()).Should().Be("COMMIT");
        scene.Proxy.BytesToClient.Should().Be(5, "of the greeting");
    }

    [Fact]
    public async Task The_answer_that_is_waited_for_is_told_from_the_one_before()
    {
        await using var scene = await EchoScene.OpenAsync();
        using var held = scene.Proxy.Hold(ProxyDirection.ToClient);
        await scene.Client.SayAsync("one");
        await held.Arrived.Soon();
        using var gate = scene.Proxy.Hold(ProxyDirection.ToServer);
        using var fault = scene.Proxy.DropAfter("two"u8, answer: "two, please"u8);
        await scene.Client.SayAsync("two");
        await gate.Arrived.Soon();
        gate.Release();
        (await scene.Connection.HearAsync(6).Soon()).Should().Be("onetwo");

        held.Release();
        await scene.Client.SayAsync(", please");

        await fault.Happened.Soon();
        (await scene.Client.HearResetAsync().Soon()).Should().Be(SocketError.ConnectionReset);
        (await scene.Connection.HearAllAsync()).Should().Be(", please");
    }

    [Fact]
    public async Task A_fault_that_still_waits_for_the_answer_when_the_connection_ends_is_cancelled()
    {
        await using var scene = await EchoScene.OpenAsync();
        using var fault = scene.Proxy.DropAfter("COMMIT"u8, answer: "something else"u8);
        await scene.Client.SayAsync("COMMIT");
        await scene.Connection.HearAsync(6).Soon();

        scene.Proxy.Drop();

        await fault.Awaiting(f => f.Happened.Soon()).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task What_goes_to_the_server_waits_while_it_is_held_and_the_other_direction_does_not()
    {
        await using var scene = await EchoScene.OpenAsync();
        using var held = scene.Proxy.Hold(ProxyDirection.ToServer);
        await scene.Client.SayAsync("wait");
        await held.Arrived.Soon();

        await scene.Connection.SayAsync("news");

        (await scene.Client.HearAsync(4).Soon()).Should().Be("news");
        scene.Proxy.BytesToServer.Should().Be(5, "of the greeting");
        held.Release();
        (await scene.Client.HearAsync(4).Soon()).Should().Be("wait");
    }

    [Fact]
    public async Task What_goes_to_the_client_waits_while_it_is_held_and_the_other_direction_does_not()
    {
        await using var scene = await EchoScene.OpenAsync();
        using var held = scene.Proxy.Hold(ProxyDirection.ToClient);

        await scene.Client.SayAsync("wait");
        await held.Arrived.Soon();
        await scene.Client.SayAsync("more");

        (await scene.Connection.HearAsync(8).Soon()).Should().Be("waitmore");
        scene.Client.Available.Should().Be(0);
        held.Release();
        (await scene.Client.HearAsync(8).Soon()).Should().Be("waitmore");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_answer_that_is_truncated_ends_where_it_is_cut(int bytes)
    {
        await using var scene = await EchoScene.OpenAsync();
        using var fault = scene.Proxy.TruncateNextAnswer(bytes);

        await scene.Client.SayAsync("answer");

        (await scene.Client.HearAsync(6).Soon()).Should().Be("answer"[..bytes]);
        await fault.Happened.Soon();
        (await scene.Connection.Ended.Soon()).Should().Be(SocketError.ConnectionReset);
        scene.Proxy.BytesToClient.Should().Be(5 + bytes, "the greeting came before");
    }

    [Fact]
    public async Task A_client_that_goes_on_after_a_truncated_answer_still_finds_the_end()
    {
        await using var scene = await EchoScene.OpenAsync();
        using var fault = scene.Proxy.TruncateNextAnswer(3);
        await scene.Client.SayAsync("answer");
        await fault.Happened.Soon();

        await scene.Client.SayAsync("anybody?");

        (await scene.Client.HearAsync(6).Soon()).Should().Be("ans");
    }

    [Fact]
    public async Task A_truncation_counts_across_pieces()
    {
        await using var scene = await EchoScene.OpenAsync();
        using var fault = scene.Proxy.TruncateNextAnswer(5);
        await scene.Client.SayAsync("abc");
        (await scene.Client.HearAsync(3).Soon()).Should().Be("abc");

        await scene.Client.SayAsync("def");

        (await scene.Client.HearAsync(3).Soon()).Should().Be("de");
        await fault.Happened.Soon();
    }

    [Fact]
    public async Task A_fault_that_is_disposed_of_does_not_happen()
    {
        await using var scene = await EchoScene.OpenAsync();
        var fault = scene.Proxy.DropBefore("COMMIT"u8);

        fault.Dispose();
        await scene.Client.SayAsync("COMMIT");

        (await scene.Client.HearAsync(6).Soon()).Should().Be("COMMIT");
        fault.Happened.IsCanceled.Should().BeTrue();
    }

    [Fact]
    public async Task A_fault_that_did_not_happen_before_the_proxy_was_disposed_of_is_cancelled()
    {
        await using var scene = await EchoScene.OpenAsync();
        using var waiting = scene.Proxy.DropBefore("COMMIT"u8);

        await scene.Proxy.DisposeAsync().Soon();

        waiting.Happened.IsCanceled.Should().BeTrue();
    }

    [Fact]
    public async Task Faults_refuse_nonsense()
    {
        await using var proxy = await LoopbackProxy.StartAsync("127.0.0.1", 1);

        proxy.Invoking(p => p.DropBefore([])).Should().Throw<ArgumentException>();
        proxy.Invoking(p => p.DropAfter(new byte[1025])).Should().Throw<ArgumentException>();
        proxy.Invoking(p => p.TruncateNextAnswer(-1)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
