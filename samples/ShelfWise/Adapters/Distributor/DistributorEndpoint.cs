using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ShelfWise.Adapters.Distributor;

/// <summary>The other side: a real HTTP endpoint, on this machine only, that takes shipping orders, each once.</summary>
internal sealed class DistributorEndpoint : IAsyncDisposable
{
    // On Windows everybody may listen on localhost, and only administrators on an address.
    private static readonly string Host = OperatingSystem.IsWindows() ? "localhost" : "127.0.0.1";

    private readonly ConcurrentDictionary<Guid, ShippingOrder> _received = [];
    private readonly Func<Guid, Task> _beforeAnswer;
    private readonly HttpListener _listener;
    private readonly Task _serving;

    private DistributorEndpoint(HttpListener listener, Uri webhook, Func<Guid, Task> beforeAnswer)
    {
        (_listener, Webhook, _beforeAnswer) = (listener, webhook, beforeAnswer);
        _serving = ServeAsync();
    }

    /// <summary>Where it takes orders by POST.</summary>
    public Uri Webhook { get; }

    /// <summary>What it has received. One that comes again with the same key is no other.</summary>
    public IReadOnlyCollection<ShippingOrder> Received => [.. _received.Values];

    /// <summary>Starts to listen on a free port.</summary>
    /// <param name="beforeAnswer">Called with the key of each order that has come, before it is answered.</param>
    public static DistributorEndpoint Start(Func<Guid, Task>? beforeAnswer = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var root = new Uri($"http://{Host}:{FreePort()}/");
            var listener = new HttpListener { Prefixes = { root.ToString() } };
            try
            {
                listener.Start();
                return new DistributorEndpoint(listener, new Uri(root, "shipping-orders"), beforeAnswer ?? (_ => Task.CompletedTask));
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                // Somebody was faster to take the port.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                context.Response.StatusCode = (int)await AnswerAsync(context.Request);
                context.Response.Close();
            }
            catch (Exception problem) when (problem is HttpListenerException or IOException or ObjectDisposedException)
            {
                if (!_listener.IsListening)
                {
                    return;
                }

                // A caller that has gone away; the next one is welcome.
            }
        }
    }

    private async Task<HttpStatusCode> AnswerAsync(HttpListenerRequest request)
    {
        if (request.HttpMethod != "POST" || request.Url?.AbsolutePath != Webhook.AbsolutePath)
        {
            return HttpStatusCode.NotFound;
        }

        try
        {
            var order = await JsonSerializer.DeserializeAsync<ShippingOrder>(request.InputStream, JsonSerializerOptions.Web);
            if (order is null || !Guid.TryParse(request.Headers[DistributorClient.KeyHeader], out var key))
            {
                return HttpStatusCode.BadRequest;
            }

            _received.TryAdd(key, order);
            await _beforeAnswer(key);
            return HttpStatusCode.Accepted;
        }
        catch (JsonException)
        {
            return HttpStatusCode.BadRequest;
        }
    }
}
