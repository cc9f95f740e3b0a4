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
            INSERT INTO sales (event_id, tenant, currency, copies, total_cents)
            VALUES (@event_id, @tenant, @currency, @copies, @total_cents)
            ON CONFLICT (event_id) DO NOTHING
            """,
            ("@event_id", order.EventId),
            ("@tenant", order.TenantId),
            ("@currency", order.Currency),
            ("@copies", order.Quantity),
            ("@total_cents", Cents.Of(order.Total)));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
