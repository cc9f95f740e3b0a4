using System.Data.Common;
using ShelfWise.Domain;
using ShelfWise.Services;

namespace ShelfWise.Adapters.Database;

/// <summary>Counts what the tables hold, to compare with what was reported.</summary>
internal sealed class ShopTotalsQuery(UnitOfWork unitOfWork)
{
    public async Task<ShopTotals> ReadAsync(CancellationToken cancellationToken)
    {
        var connection = await unitOfWork.ConnectAsync(cancellationToken);
        var orders = await ReadAsync(connection, "SELECT COUNT(*), COALESCE(SUM(quantity), 0) FROM orders", Pair, cancellationToken);
        var stock = await ReadAsync(connection, "SELECT COALESCE(SUM(initial_stock), 0), COALESCE(SUM(stock), 0) FROM books", Pair, cancellationToken);
        var low = await ReadAsync(
            connection,
            $"SELECT sku, title, stock FROM books WHERE stock < {Book.LowStock} AND initial_stock >= {Book.LowStock} ORDER BY stock, title",
            row => new Book(row.GetString(0), row.GetString(1), row.GetInt32(2)),
            cancellationToken);
        return new ShopTotals(
            Orders: orders[0].First,
            CopiesSold: orders[0].Second,
            CopiesAtStart: stock[0].First,
            CopiesLeft: stock[0].Second,
            RunningLow: low,
            OrderSums: await ReadAsync(
                connection,
                "SELECT tenant, currency, COUNT(*), SUM(quantity), SUM(total_cents) FROM orders GROUP BY tenant, currency ORDER BY tenant, currency",
                Sum,
                cancellationToken),
            SalesReport: await ReadAsync(
                connection, "SELECT tenant, currency, orders, copies, total_cents FROM sales ORDER BY tenant, currency", Sum, cancellationToken),
            AuditRows: (await ReadAsync(
                connection,
                "SELECT event_type, COUNT(*) FROM audit_log GROUP BY event_type",
                row => (Type: row.GetString(0), Count: row.GetInt32(1)),
                cancellationToken)).ToDictionary(row => row.Type, row => row.Count));
    }

    private static (int First, int Second) Pair(DbDataReader row) => (row.GetInt32(0), row.GetInt32(1));

    private static SalesSum Sum(DbDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), Cents.ToAmount(row.GetInt64(4)));

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(
        DbConnection connection, string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        List<T> rows = [];
        await using var command = connection.Command(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
