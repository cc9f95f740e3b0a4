using System.Net.Http.Json;
using System.Text.Json;

namespace ShelfWise.Tests;

/// <summary>Problem details, as a client reads them.</summary>
internal sealed record Problem(string Title, int Status, string? Detail, string? Reason, Dictionary<string, string[]>? Errors)
{
    public static async Task<Problem> OfAsync(HttpResponseMessage response)
    {
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = await response.Content.ReadFromJsonAsync<Problem>(JsonSerializerOptions.Web);
        problem!.Status.Should().Be((int)response.StatusCode);
        return problem;
    }
}
