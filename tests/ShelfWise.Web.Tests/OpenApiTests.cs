using System.Net.Http.Json;
using System.Text.Json;
using static ShelfWise.Tests.WebShop;

namespace ShelfWise.Tests;

public sealed class OpenApiTests
{
    [PostgreSqlFact]
    public async Task The_document_lists_every_endpoint_with_its_answers()
    {
        await using var shop = Open();

        var document = await shop.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        var answers = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (
                Endpoint: $"{operation.Name.ToUpperInvariant()} {path.Name}",
                Answers: string.Join(' ', operation.Value.GetProperty("responses").EnumerateObject().Select(answer => answer.Name)))))
            .ToDictionary(operation => operation.Endpoint, operation => operation.Answers);
        answers.Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["POST /orders"] = "201 400 422 503",
            ["POST /orders/{id}/cancel"] = "200 404 409 503",
            ["GET /orders/{id}"] = "200 404",
            ["GET /dashboard"] = "200",
        });
    }

    [PostgreSqlFact]
    public async Task It_says_what_a_request_must_have()
    {
        await using var shop = Open();

        var document = await shop.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        var request = document.GetProperty("components").GetProperty("schemas").GetProperty("OrderRequest");
        request.GetProperty("required").EnumerateArray().Select(name => name.GetString())
            .Should().BeEquivalentTo("number", "sku", "quantity", "customerName", "customerEmail");
        request.GetProperty("properties").GetProperty("number").GetProperty("pattern").GetString().Should().Be("^[A-Za-z0-9-]{1,40}$");
    }
}
