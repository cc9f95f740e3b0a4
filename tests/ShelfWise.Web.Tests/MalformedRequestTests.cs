using System.Net;
using Microsoft.EntityFrameworkCore;
using static ShelfWise.Tests.WebShop;

namespace ShelfWise.Tests;

public sealed class MalformedRequestTests
{
    [PostgreSqlTheory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"number\":")]
    [InlineData("{}")]
    [InlineData("""{"number":"A-1","sku":"SW-1013","customerName":"Ada","customerEmail":"ada@example.org"}""")]
    [InlineData("""{"number":"A-1","sku":null,"quantity":1,"customerName":"Ada","customerEmail":"ada@example.org"}""")]
    [InlineData("""{"number":"A-1","sku":"SW-1013","quantity":"1","customerName":"Ada","customerEmail":"ada@example.org"}""")]
    [InlineData("""{"number":"A-1","sku":"SW-1013","quantity":1.5,"customerName":"Ada","customerEmail":"ada@example.org"}""")]
    [InlineData("""{"number":"A-1","sku":"SW-1013","quantity":1,"customerName":"\ud800","customerEmail":"ada@example.org"}""")]
    public async Task A_body_that_is_no_order_is_told_so(string body)
    {
        await using var shop = Open();

        using var response = await shop.PostAsync(body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Problem.OfAsync(response)).Detail.Should().NotBeNullOrEmpty();
        (await shop.QueryAsync(context => context.Orders.CountAsync())).Should().Be(0);
    }

    [PostgreSqlFact]
    public async Task Every_field_that_is_malformed_is_named()
    {
        await using var shop = Open();

        using var response = await shop.PostAsync(
            """{"number":"","sku":"SW 1013","quantity":1,"customerName":"A\u0000da","customerEmail":"ada@example.org\nBcc: all@example.org"}""");

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Problem.OfAsync(response)).Errors!.Keys.Should().BeEquivalentTo("Number", "Sku", "CustomerName", "CustomerEmail");
    }

    [PostgreSqlFact]
    public async Task Names_of_any_script_are_taken()
    {
        await using var shop = Open();

        var order = await shop.PlacedAsync(Request("A-1") with { CustomerName = "Nguyễn Thị Hương 📚" });

        (await shop.QueryAsync(context => context.Orders.Where(row => row.Id == order.Id).Select(row => row.Customer.Name).SingleAsync()))
            .Should().Be("Nguyễn Thị Hương 📚");
    }

    [PostgreSqlFact]
    public async Task A_body_that_is_not_json_is_an_unsupported_media_type()
    {
        await using var shop = Open();

        using var response = await shop.PostAsync("number=A-1", "application/x-www-form-urlencoded");

        response.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
    }
}
