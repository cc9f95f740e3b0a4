using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Database;

internal sealed class OrderRepository(UnitOfWork unitOfWork) : IOrderRepository
{
    public async ValueTask AddAsync(Order order, CancellationToken cancellationToken)
    {
        var connection = await unitOfWork.ConnectAsync(cancellationToken);
        await using var command = connection.Command(
            """
            INSERT INTO orders (id, number, tenant, ordered_on, customer, email, sku, quantity, total_cents, currency)
            VALUES (@id, @number, @tenant, @ordered_on, @customer, @email, @sku, @quantity, @total_cents, @currency)
            ON CONFLICT (number) DO NOTHING
            """,
            ("@id", order.Id),
            ("@number", order.Number),
            ("@tenant", order.Tenant),
            ("@ordered_on", order.OrderedOn),
            ("@customer", order.Customer.Name),
            ("@email", order.Customer.Email),
            ("@sku", order.Sku),
            ("@quantity", order.Quantity),
            ("@total_cents", Cents.Of(order.Total.Amount)),
            ("@currency", order.Total.Currency));
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            throw new OrderRefusedException(RefusalReason.Duplicate, $"{order.Number} has been placed before");
        }
    }
}
