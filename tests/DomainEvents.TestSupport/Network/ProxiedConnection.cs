using System.Net;
using System.Net.Sockets;

namespace DomainEvents.TestSupport.Network;

/// <summary>A client's connection and the one that the proxy makes to the server for it.</summary>
internal sealed class ProxiedConnection(Socket client, ArmedFaults faults, ProxyTraffic traffic) : IDisposable
{
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _cut = new();
    private volatile MessageDrop? _unanswered;
    private Truncation? _truncation;
    private volatile bool _isTruncated;

    /// <summary>Returns when both sides are closed, whoever closed them.</summary>
    public async Task RunAsync(EndPoint server)
    {
        try
        {
            client.NoDelay = true;
            await _server.ConnectAsync(server, _cut.Token);
            await Task.WhenAll(CutOnFailureAsync(ForwardToServerAsync()), CutOnFailureAsync(ForwardToClientAsync()));
            client.Dispose();
            _server.Dispose();
        }
        catch (Exception exception) when (IsOfTheNetwork(exception))
        {
            // One side is gone, and now the other one is, too.
        }
        finally
        {
            Cut();
            _unanswered?.Miss();
            _truncation?.Miss();
        }
    }

    public void Dispose() => Cut();

    /// <summary>Resets both sides at once: nobody gets to know what is still on its way. Again does nothing. Thread-safe.</summary>
    public void Cut()
    {
        Reset(client);
        Reset(_server);
        _cut.Cancel();
    }

    private async Task ForwardToServerAsync()
    {
        var buffer = new byte[65536];
        var sent = new ByteSearch();
        while (await client.ReceiveAsync(buffer, _cut.Token) is > 0 and var length)
        {
            if (_isTruncated)
            {
                continue;
            }

            await faults.PassAsync(ProxyDirection.ToServer, _cut.Token);
            var piece = buffer.AsMemory(0, length);
            sent.Append(piece.Span);
            if (_unanswered is null && faults.Take<MessageDrop>(drop => drop.IsIn(sent)) is { } drop)
            {
                if (drop.IsBefore)
                {
                    Cut();
                    drop.Happen();
                    return;
                }

                // Known before the server can answer.
                _unanswered = drop;
            }

            await SendAsync(_server, piece, ProxyDirection.ToServer);
        }

        if (!_isTruncated)
        {
            _server.Shutdown(SocketShutdown.Send);
        }
    }

    private async Task ForwardToClientAsync()
    {
        var buffer = new byte[65536];
        var received = new ByteSearch();
        while (await _server.ReceiveAsync(buffer, _cut.Token) is > 0 and var length)
        {
            await faults.PassAsync(ProxyDirection.ToClient, _cut.Token);
            ReadOnlyMemory<byte> piece = buffer.AsMemory(0, length);
            received.Append(piece.Span);
            if (_unanswered is { } drop)
            {
                if (drop.IsAnswered(received))
                {
                    Cut();
                    drop.Happen();
                    return;
                }

                continue;
            }

            _truncation ??= faults.Take<Truncation>(_ => true);
            await SendAsync(client, _truncation?.Shorten(piece) ?? piece, ProxyDirection.ToClient);
            if (_truncation is { IsReached: true })
            {
                Truncate();
                _truncation.Happen();
                return;
            }
        }

        client.Shutdown(SocketShutdown.Send);
    }

    /// <summary>The client reads what it got and then the end, which a reset might overtake; the server learns at once that nobody listens.</summary>
    private void Truncate()
    {
        _isTruncated = true;
        client.Shutdown(SocketShutdown.Send);
        Reset(_server);
    }

    private async Task SendAsync(Socket socket, ReadOnlyMemory<byte> piece, ProxyDirection direction)
    {
        // Counted first: whoever has the bytes finds them counted.
        traffic.Add(direction, piece.Length);
        try
        {
            for (var rest = piece; !rest.IsEmpty; rest = rest[await socket.SendAsync(rest, _cut.Token)..])
            {
                // Sockets may take less than they are given.
            }
        }
        catch (Exception exception) when (_isTruncated && direction == ProxyDirection.ToServer && IsOfTheNetwork(exception))
        {
            // Nobody listens any more, but the client is still to find its end in peace.
        }
    }

    /// <summary>The other direction would wait for ever on a side that is fine.</summary>
    private async Task CutOnFailureAsync(Task forwarding)
    {
        try
        {
            await forwarding;
        }
        catch
        {
            Cut();
            throw;
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            // Close(0) is the abortive close: the other end gets a reset and no orderly end.
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close(0);
        }
        catch (Exception exception) when (IsOfTheNetwork(exception))
        {
            socket.Dispose();
        }
    }

    private static bool IsOfTheNetwork(Exception exception) => exception is SocketException or ObjectDisposedException or OperationCanceledException;
}
