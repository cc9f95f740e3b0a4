using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace DomainEvents.EntityFrameworkCore.Tests.Network;

/// <summary>A real server on 127.0.0.1 that says everything back.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Channel<EchoConnection> _connections = Channel.CreateUnbounded<EchoConnection>();
    private readonly Task _accepting;

    public EchoServer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>The connections in the order in which they came, each one once.</summary>
    public async Task<EchoConnection> NextAsync() => await _connections.Reader.ReadAsync();

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Writer.TryWrite(new EchoConnection(await _listener.AcceptAsync()));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
