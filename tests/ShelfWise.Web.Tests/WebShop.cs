using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using ShelfWise.Adapters.Database;
using ShelfWise.Adapters.Email;
using ShelfWise.Services;

namespace ShelfWise.Tests;

/// <summary>The whole program, as it starts, over HTTP; on a database of its own that is dropped in the end.</summary>
internal sealed class WebShop : IAsyncDisposable
{
    public const string Dune = "SW-1013";
    public const string Lighthouse = "SW-1010"; // ten copies

    private readonly WebApplicationFactory<Program> _factory;

    private WebShop(string connection, Action<IServiceCollection> configure)
    {
        Connection = connection;
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(
            host => host.UseSetting("connection", connection).ConfigureTestServices(configure));
        Http = _factory.CreateClient();
    }

    /// <summary>Where its database is.</summary>
    public string Connection { get; }

    public HttpClient Http { get; }

    public IReadOnlyList<EmailMessage> Emails => _factory.Services.GetRequiredService<SentFolder>().Messages;

    /// <summary>Opens the shop on a new database.</summary>
    public static WebShop Open(Action<IServiceCollection>? configure = null) => OpenOn(
        new NpgsqlConnectionStringBuilder(PostgreSql.ConnectionString) { Database = $"shelfwise_{Guid.NewGuid():N}" }.ToString(), configure);

    /// <summary>Opens a shop on a database that may be there.</summary>
    public static WebShop OpenOn(string connection, Action<IServiceCollection>? configure = null) => new(connection, configure ?? (_ => { }));

    /// <summary>A request; valid unless told otherwise.</summary>
    public static OrderRequest Request(string number, string sku = Dune, int quantity = 1, string email = "ada@example.org") =>
        new(number, sku, quantity, "Ada Lovelace", email);

    public Task<HttpResponseMessage> PlaceAsync(OrderRequest request) => Http.PostAsJsonAsync("/orders", request);

    public Task<HttpResponseMessage> PostAsync(string json, string mediaType = "application/json") =>
        Http.PostAsync("/orders", new StringContent(json, Encoding.UTF8, mediaType));

    /// <summary>Places an order that must not be refused.</summary>
    public async Task<OrderView> PlacedAsync(OrderRequest request)
    {
        using var response = await PlaceAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<OrderView>())!;
    }

    public Task<HttpResponseMessage> CancelAsync(Guid id) => Http.PostAsync($"/orders/{id}/cancel", content: null);

    public async Task<DashboardView> DashboardAsync() => (await Http.GetFromJsonAsync<DashboardView>("/dashboard"))!;

    public Task<int> StockAsync(string sku) => QueryAsync(context => context.Books.Where(book => book.Id == sku).Select(book => book.Stock).SingleAsync());

    /// <summary>How many events of each type the audit log has.</summary>
    public Task<Dictionary<string, int>> AuditAsync() => QueryAsync(context =>
        context.AuditLog.GroupBy(entry => entry.EventType).ToDictionaryAsync(entries => entries.Key, entries => entries.Count()));

    public async Task<T> QueryAsync<T>(Func<ShopContext, Task<T>> query)
    {
        await using var scope = _factory.Services.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<ShopContext>());
    }

    /// <summary>Closes the shop and leaves its database.</summary>
    public async Task CloseAsync()
    {
        Http.Dispose();
        await _factory.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await QueryAsync(context => context.Database.EnsureDeletedAsync());
        await CloseAsync();
    }
}
