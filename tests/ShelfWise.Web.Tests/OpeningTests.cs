using Microsoft.EntityFrameworkCore;
using Npgsql;
using static ShelfWise.Tests.WebShop;

namespace ShelfWise.Tests;

public sealed class OpeningTests
{
    [PostgreSqlFact]
    public async Task A_new_shop_has_the_books_of_the_file_at_their_prices()
    {
        await using var shop = Open();

        var books = await shop.QueryAsync(context => context.Books.AsNoTracking().ToListAsync());

        books.Should().HaveCount(36);
        books.Should().ContainSingle(book => book.Id == "SW-1002").Which.Should().BeEquivalentTo(
            new { Title = "The Lion, the Witch and the Wardrobe", Stock = 32, UnitPrice = new { Amount = 11.50m, Currency = "EUR" } });
    }

    [PostgreSqlFact]
    public async Task A_shop_that_opens_again_goes_on_where_it_was()
    {
        var first = Open();
        var order = await first.PlacedAsync(Request("A-1", Lighthouse, quantity: 4));
        await first.CloseAsync();

        await using var second = OpenOn(first.Connection);

        (await second.StockAsync(Lighthouse)).Should().Be(6);
        (await second.DashboardAsync()).Orders.Should().Be(1);
        (await second.CancelAsync(order.Id)).EnsureSuccessStatusCode();
        (await second.StockAsync(Lighthouse)).Should().Be(10);
    }

    [PostgreSqlFact]
    public async Task Two_instances_that_open_at_once_share_one_shop()
    {
        await using var seed = Open();
        await seed.QueryAsync(context => context.Database.ExecuteSqlRawAsync("DROP SCHEMA shelfwise CASCADE"));

        var shops = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => OpenOn(seed.Connection))));

        (await seed.QueryAsync(context => context.Books.CountAsync())).Should().Be(36);
        foreach (var shop in shops)
        {
            await shop.CloseAsync();
        }
    }

    [PostgreSqlFact]
    public async Task It_opens_in_a_database_that_others_use()
    {
        await using var other = Open();
        await other.QueryAsync(context => context.Database.ExecuteSqlRawAsync(
            "DROP SCHEMA shelfwise CASCADE; CREATE TABLE public.books (id int); INSERT INTO public.books VALUES (1)"));

        var shop = OpenOn(other.Connection);

        (await shop.DashboardAsync()).Orders.Should().Be(0);
        await using var source = NpgsqlDataSource.Create(other.Connection);
        await using var command = source.CreateCommand("SELECT count(*) FROM public.books");
        (await command.ExecuteScalarAsync()).Should().Be(1L);
        await shop.CloseAsync();
    }
}
