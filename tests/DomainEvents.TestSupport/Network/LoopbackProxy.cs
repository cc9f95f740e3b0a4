using System.Net;
using System.Net.Sockets;

namespace DomainEvents.TestSupport.Network;

/// <summary>
/// Stands between a client and a server and breaks their connections when a test says so. It listens on 127.0.0.1, forwards bytes
/// as they come and knows no protocol. Thread-safe.
/// </summary>
public sealed class LoopbackProxy : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ProxiedConnection, Task> _open = [];
    private readonly ArmedFaults _faults = new();
    private readonly ProxyTraffic _traffic = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly DnsEndPoint _server;
    private readonly Task _accepting;
    private int _connections;
    private volatile bool _isDisposed;

    private LoopbackProxy(DnsEndPoint server)
    {
        _server = server;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect to instead of the server's port.</summary>
    public int Port { get; }

    /// <summary>How many connections there were, the open ones among them.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>How many bytes were forwarded to the server.</summary>
    public long BytesToServer => _traffic.Of(ProxyDirection.ToServer);

    /// <summary>How many bytes were forwarded to clients.</summary>
    public long BytesToClient => _traffic.Of(ProxyDirection.ToClient);

    /// <summary>Listens from here on; the server is looked for when a client connects, and one that is not there resets the client.</summary>
    public static Task<LoopbackProxy> StartAsync(string host, int port) => Task.FromResult(new LoopbackProxy(new DnsEndPoint(host, port)));

    /// <summary>Resets both sides of every open connection, and returns when that is done. New ones are welcome.</summary>
    /// <remarks>A client can be connected before the proxy knows of it: one that has had an answer is known.</remarks>
    public void Drop()
    {
        foreach (var connection in Snapshot().Keys)
        {
            connection.Cut();
        }
    }

    /// <summary>
    /// Resets both sides of the connection on which a client next sends these bytes; the server never gets the last of them, nor
    /// anything that came along with it.
    /// </summary>
    public ProxyFault DropBefore(ReadOnlySpan<byte> message) => _faults.Add(new MessageDrop(_faults, Checked(message), isBefore: true, answer: null));

    /// <summary>
    /// Forwards these bytes when a client next sends them, keeps from the client all that the server says from then on, and resets
    /// both sides as soon as it has said <paramref name="answer"/>, or anything if that is empty.
    /// </summary>
    /// <remarks>Say the answer where the server may still be answering what came before, or speaks unasked.</remarks>
    public ProxyFault DropAfter(ReadOnlySpan<byte> message, ReadOnlySpan<byte> answer = default) =>
        _faults.Add(new MessageDrop(_faults, Checked(message), isBefore: false, answer.IsEmpty ? null : Checked(answer)));

    /// <summary>
    /// Hands only so many bytes to the client that the server speaks to next, then the end of the stream, and resets the server's
    /// side. With 0 the end comes in place of the answer.
    /// </summary>
    public ProxyFault TruncateNextAnswer(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return _faults.Add(new Truncation(_faults, bytes));
    }

    /// <summary>Keeps all bytes that arrive from here on in one direction, on every connection, until the result is released.</summary>
    public HeldTraffic Hold(ProxyDirection direction) => _faults.Add(new HeldTraffic(_faults, direction));

    /// <summary>Refuses new connections, resets the open ones, cancels the faults that did not happen, and waits until all is over.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _listener.Dispose();
        await _accepting;
        var open = Snapshot();
        Drop();
        _faults.Clear();
        await Task.WhenAll(open.Values);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync();
            }
            catch (Exception exception) when (_isDisposed && (exception is SocketException or ObjectDisposedException))
            {
                return;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // The client was gone before it was accepted.
                continue;
            }

            Start(new ProxiedConnection(client, _faults, _traffic));
        }
    }

    private void Start(ProxiedConnection connection)
    {
        Interlocked.Increment(ref _connections);
        lock (_lock)
        {
            _open.Add(connection, Task.Run(() => RunAsync(connection)));
        }
    }

    private async Task RunAsync(ProxiedConnection connection)
    {
        using (connection)
        {
            await connection.RunAsync(_server);
        }

        lock (_lock)
        {
            _open.Remove(connection);
        }
    }

    private Dictionary<ProxiedConnection, Task> Snapshot()
    {
        lock (_lock)
        {
            return new(_open);
        }
    }

    private static byte[] Checked(ReadOnlySpan<byte> bytes) => bytes.Length is > 0 and <= ByteSearch.Limit
        ? bytes.ToArray()
        : throw new ArgumentException($"Expected 1 to {ByteSearch.Limit} bytes to look for, not {bytes.Length}.", nameof(bytes));
}
