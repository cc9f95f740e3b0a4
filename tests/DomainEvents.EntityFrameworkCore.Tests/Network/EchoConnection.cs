using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace DomainEvents.EntityFrameworkCore.Tests.Network;

/// <summary>The server's side of a connection.</summary>
internal sealed class EchoConnection
{
    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();
    private readonly Socket _socket;

    public EchoConnection(Socket socket)
    {
        _socket = socket;
        Ended = EchoAsync();
    }

    /// <summary>How the client's side ended: with a reset, or in good order.</summary>
    public Task<SocketError> Ended { get; }

    public Task SayAsync(string text) => _socket.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>Returns when this much has come in since the last call.</summary>
    public async Task<string> HearAsync(int length)
    {
        var heard = "";
        while (heard.Length < length)
        {
            heard += await _received.Reader.ReadAsync();
        }

        return heard;
    }

    /// <summary>What came in since the last call and until the end.</summary>
    public async Task<string> HearAllAsync() => string.Concat(await _received.Reader.ReadAllAsync().ToArrayAsync());

    private async Task<SocketError> EchoAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer) is > 0 and var length)
            {
                _received.Writer.TryWrite(Encoding.ASCII.GetString(buffer, 0, length));
                await _socket.SendAsync(buffer.AsMemory(0, length));
            }

            return SocketError.Success;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
        finally
        {
            _received.Writer.Complete();
            _socket.Dispose();
        }
    }
}
