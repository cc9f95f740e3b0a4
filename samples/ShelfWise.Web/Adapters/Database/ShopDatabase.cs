using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using ShelfWise.Adapters.Csv;
using ShelfWise.Domain;

namespace ShelfWise.Adapters.Database;

/// <summary>Makes what is missing when the shop opens: the database, its schema, its tables, and the books in them.</summary>
internal sealed class ShopDatabase(ShopContext context)
{
    private const long Lock = 0x5368656C66; // "Shelf"

    /// <summary>Safe to repeat, and safe when several instances start at once: they wait for the first.</summary>
    /// <exception cref="IOException">The server is not there, or does not let us.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CreateAsync(cancellationToken);
        }
        catch (Exception problem) when ((problem as NpgsqlException ?? problem.InnerException) is NpgsqlException reason)
        {
            var connection = context.Database.GetDbConnection();
            throw new IOException($"the database {connection.Database} on {connection.DataSource} cannot be used: {reason.Message}", problem);
        }
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        // EnsureCreated does nothing in a database that has any table. This is what it does otherwise, and here the
        // schema decides, so that the shop may live beside other tables.
        var creator = context.GetService<IRelationalDatabaseCreator>();
        if (!await creator.ExistsAsync(cancellationToken))
        {
            await creator.CreateAsync(cancellationToken);
        }

        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({Lock})", cancellationToken);
        if (await HasTablesAsync(cancellationToken))
        {
            return;
        }

        await creator.CreateTablesAsync(cancellationToken);
        await ShelveAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private Task<bool> HasTablesAsync(CancellationToken cancellationToken) => context.Database
        .SqlQuery<bool>($"SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = {ShopContext.Schema}) AS \"Value\"")
        .SingleAsync(cancellationToken);

    private async Task ShelveAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Data", "books.csv");
        foreach (var row in (await CsvFile.ReadAsync(path, BookCsv.Header, cancellationToken)).Select(BookCsv.Parse))
        {
            context.Books.Add(new Book(row.Sku, row.Title, row.Stock) { UnitPrice = Money.Of(row.UnitPrice, "EUR") });
            context.Sales.Add(new BookSales { Sku = row.Sku, Title = row.Title });
        }

        await context.SaveChangesAsync(cancellationToken);
    }
}
