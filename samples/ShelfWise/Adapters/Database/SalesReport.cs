using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Database;

internal sealed class SalesReport(UnitOfWork unitOfWork) : ISalesReport
{
    public async ValueTask AddAsync(OrderPlaced order, CancellationToken cancellationToken)
    {
        var connection = await unitOfWork.ConnectAsync(cancellationToken);
        await using var command = connection.Command(
            """
            INSERT INTO sales (tenant, currency, orders, copies, total_cents)
            VALUES (@tenant, @currency, 1, @copies, @total_cents)
            ON CONFLICT (tenant, currency) DO UPDATE SET
                orders = sales.orders + 1,
                copies = sales.copies + excluded.copies,
                total_cents = sales.total_cents + excluded.total_cents
            """,
            ("@tenant", order.TenantId),
            ("@currency", order.Currency),
            ("@copies", order.Quantity),
            ("@total_cents", Cents.Of(order.Total)));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
