using System.Net;
using System.Text;
using ShelfWise.Adapters.Distributor;

namespace ShelfWise.Tests;

public sealed class DistributorEndpointTests : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("POST", "shipping-orders", "{\"orderNumber\":\"A-1\",\"sku\":\"SW-1\",\"quantity\":1}", HttpStatusCode.Accepted, 1)]
    [InlineData("POST", "shipping-orders", "{\"orderNumber\":", HttpStatusCode.BadRequest, 0)]
    [InlineData("POST", "shipping-orders", "null", HttpStatusCode.BadRequest, 0)]
    [InlineData("POST", "elsewhere", "{}", HttpStatusCode.NotFound, 0)]
    [InlineData("PUT", "shipping-orders", "{}", HttpStatusCode.NotFound, 0)]
    public async Task It_takes_shipping_orders_and_nothing_else(string method, string path, string body, HttpStatusCode answer, int received)
    {
        await using var endpoint = DistributorEndpoint.Start();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(endpoint.Webhook, path))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };

        using var response = await _http.SendAsync(request);

        response.StatusCode.Should().Be(answer);
        endpoint.Received.Should().HaveCount(received);
    }
}
