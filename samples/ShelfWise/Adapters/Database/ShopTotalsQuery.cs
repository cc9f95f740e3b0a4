using System.Data.Common;
using System.Text.Json;
using ShelfWise.Domain;
using ShelfWise.Services;

namespace ShelfWise.Adapters.Database;

/// <summary>Reads what the tables hold, to compare with what was reported.</summary>
internal sealed class ShopTotalsQuery(UnitOfWork unitOfWork)
{
    public async Task<ShopTotals> ReadAsync(CancellationToken cancellationToken)
    {
        var stock = (await ReadAsync(
            "SELECT COALESCE(SUM(initial_stock), 0), COALESCE(SUM(stock), 0) FROM books",
            row => (AtStart: row.GetInt32(0), Left: row.GetInt32(1)),
            cancellationToken))[0];
        var orderSums = await SumAsync("orders", "quantity", cancellationToken);
        return new ShopTotals(
            Orders: (await ReadAsync("SELECT number FROM orders", row => row.GetString(0), cancellationToken)).ToHashSet(),
            CopiesSold: orderSums.Sum(sum => sum.Copies),
            CopiesAtStart: stock.AtStart,
            CopiesLeft: stock.Left,
            RunningLow: await ReadAsync(
                $"SELECT sku, title, stock FROM books WHERE stock < {Book.LowStock} AND initial_stock >= {Book.LowStock} ORDER BY stock, title",
                row => new Book(row.GetString(0), row.GetString(1), row.GetInt32(2)),
                cancellationToken),
            OrderSums: orderSums,
            SalesReport: await SumAsync("sales", "copies", cancellationToken),
            Sales: (await ReadAsync("SELECT event_id FROM sales", row => row.GetGuid(0), cancellationToken)).ToHashSet(),
            Emails: (await ReadAsync("SELECT message_id FROM emails", row => row.GetGuid(0), cancellationToken)).ToHashSet(),
            AuditRows: (await ReadAsync(
                "SELECT event_type, COUNT(*) FROM audit_log GROUP BY event_type",
                row => (Type: row.GetString(0), Count: row.GetInt32(1)),
                cancellationToken)).ToDictionary(row => row.Type, row => row.Count),
            PlacedEvents: (await ReadAsync(
                "SELECT event_id, body FROM audit_log WHERE event_type = 'shelfwise.order-placed'",
                row => (Id: row.GetGuid(0), Order: JsonSerializer.Deserialize<OrderPlaced>(row.GetString(1))!.OrderNumber),
                cancellationToken)).ToDictionary(row => row.Id, row => row.Order));
    }

    private Task<IReadOnlyList<SalesSum>> SumAsync(string table, string copies, CancellationToken cancellationToken) => ReadAsync(
        $"""
        SELECT tenant, currency, COUNT(*), SUM({copies}), CAST(SUM(total_cents) AS bigint)
        FROM {table} GROUP BY tenant, currency ORDER BY tenant, currency
        """,
        row => new SalesSum(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), Cents.ToAmount(row.GetInt64(4))),
        cancellationToken);

    private async Task<IReadOnlyList<T>> ReadAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        List<T> rows = [];
        var connection = await unitOfWork.ConnectAsync(cancellationToken);
        await using var command = connection.Command(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
