using System.Net;
using System.Net.Http.Json;
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
            Headers = { { DistributorClient.KeyHeader, Guid.NewGuid().ToString() } },
        };

        using var response = await _http.SendAsync(request);

        response.StatusCode.Should().Be(answer);
        endpoint.Received.Should().HaveCount(received);
    }

    [Fact]
    public async Task An_order_that_comes_twice_with_one_key_is_taken_once_and_answered_twice()
    {
        await using var endpoint = DistributorEndpoint.Start();
        var key = Guid.NewGuid();

        (await PostAsync(endpoint, $"{key}")).Should().Be(HttpStatusCode.Accepted);
        (await PostAsync(endpoint, $"{key}")).Should().Be(HttpStatusCode.Accepted);

        endpoint.Received.Should().ContainSingle();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("17")]
    public async Task An_order_without_a_key_is_not_taken(string? key)
    {
        await using var endpoint = DistributorEndpoint.Start();

        (await PostAsync(endpoint, key)).Should().Be(HttpStatusCode.BadRequest);

        endpoint.Received.Should().BeEmpty();
    }

    private async Task<HttpStatusCode> PostAsync(DistributorEndpoint endpoint, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Webhook)
        {
            Content = JsonContent.Create(new ShippingOrder("A-1", "SW-1", 1)),
        };
        if (key is not null)
        {
            request.Headers.Add(DistributorClient.KeyHeader, key);
        }

        using var response = await _http.SendAsync(request);
        return response.StatusCode;
    }
}
