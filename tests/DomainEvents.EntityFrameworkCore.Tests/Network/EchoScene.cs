using DomainEvents.TestSupport.Network;

namespace DomainEvents.EntityFrameworkCore.Tests.Network;

/// <summary>A client that is connected to an echo server through a proxy.</summary>
internal sealed record EchoScene(EchoServer Server, LoopbackProxy Proxy, EchoClient Client, EchoConnection Connection) : IAsyncDisposable
{
    /// <summary>One greeting has gone to the server and back.</summary>
    public static async Task<EchoScene> OpenAsync()
    {
        var server = new EchoServer();
        var proxy = await LoopbackProxy.StartAsync("127.0.0.1", server.Port);
        var client = await EchoClient.ConnectAsync(proxy.Port);
        await client.SayAsync("hello");
        await client.HearAsync(5);
        var connection = await server.NextAsync();
        await connection.HearAsync(5);
        return new EchoScene(server, proxy, client, connection);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Proxy.DisposeAsync();
        await Connection.Ended;
        await Server.DisposeAsync();
    }
}
