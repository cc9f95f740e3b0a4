using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DomainEvents.EntityFrameworkCore.Tests.Network;

/// <summary>The client's side of a connection.</summary>
internal sealed class EchoClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>Bytes that are there to read.</summary>
    public int Available => _socket.Available;

    public static async Task<EchoClient> ConnectAsync(int port)
    {
        var client = new EchoClient();
        await client._socket.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    public Task SayAsync(string text) => _socket.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>Less than <paramref name="length"/> if the connection ends in good order, and an exception if it is reset.</summary>
    public async Task<string> HearAsync(int length)
    {
        var buffer = new byte[length];
        var heard = 0;
        while (heard < length && await _socket.ReceiveAsync(buffer.AsMemory(heard)) is > 0 and var more)
        {
            heard += more;
        }

        return Encoding.ASCII.GetString(buffer, 0, heard);
    }

    /// <summary>Nothing more but a reset.</summary>
    public async Task<SocketError> HearResetAsync() =>
        (await this.Awaiting(client => client.HearAsync(1)).Should().ThrowAsync<SocketException>()).Which.SocketErrorCode;

    public void Dispose() => _socket.Dispose();
}
