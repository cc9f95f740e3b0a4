using System.Net.Http.Json;
using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Distributor;

/// <summary>Posts orders to the distributor's webhook.</summary>
internal sealed class DistributorClient(Uri webhook) : IDistributor, IDisposable
{
    public const string KeyHeader = "Idempotency-Key";

    // The webhook is on this machine; a proxy from the environment would not find it.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    public async ValueTask NotifyAsync(OrderPlaced order, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook)
        {
            Content = JsonContent.Create(new ShippingOrder(order.OrderNumber, order.Sku, order.Quantity)),
        };

        // The id of the event lets the receiver recognize one that comes twice.
        request.Headers.Add(KeyHeader, order.EventId.ToString());
        using var response = await _http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();
}
