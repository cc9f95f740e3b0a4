using System.Data.Common;
using System.Globalization;
using DomainEvents.Outbox.CrashChild.Databases;
using DomainEvents.Outbox.CrashChild.Killing;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.CrashChild.Orders;

/// <summary>Places orders, one transaction after the other; some of them are rolled back.</summary>
internal sealed class OrderWriter(OrderDatabase database, IServiceProvider services, NamedPoints points, ChildOptions options)
{
    public async Task RunAsync(int number, CancellationToken stop)
    {
        var random = new Random(HashCode.Combine(options.Seed, number));
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await PlaceAsync(random);
            }
            catch (DbException) when (options.DatabaseMayFail)
            {
                // Whether it is committed is for the database to know: the next one.
            }

            await Task.Delay(random.Next(options.LongestPause + 1), CancellationToken.None);
        }
    }

    private async Task PlaceAsync(Random random)
    {
        var customer = new Customer(random.Next(OrderDatabase.Customers) + 1);
        var orders = random.Next(1, 4);
        await using var scope = services.CreateAsyncScope();
        await using var connection = await database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var unitOfWork = scope.ServiceProvider.GetRequiredService<IEventDispatcher>().Enlist(transaction);

        // The lock on the customer makes the order of the numbers the order of the commits.
        await OrderDatabase.ExecuteAsync(connection, $"UPDATE customer SET orders = orders + {orders} WHERE id = {customer.Id}", transaction);
        var last = Convert.ToInt32(
            await OrderDatabase.ExecuteAsync(connection, $"SELECT orders FROM customer WHERE id = {customer.Id}", transaction), CultureInfo.InvariantCulture);
        for (var number = last - orders + 1; number <= last; number++)
        {
            var placed = customer.Place(number);
            await OrderDatabase.ExecuteAsync(
                connection, $"INSERT INTO customer_order VALUES ('{placed.EventId}', {customer.Id}, {number}, '{options.Name}')", transaction);
        }

        unitOfWork.Enqueue(customer);
        unitOfWork.OnCommitted(_ =>
        {
            points.Reach(NamedPoint.AfterCommit);
            return default;
        });
        if (random.Next(8) == 0)
        {
            await unitOfWork.RollbackAsync();
        }
        else
        {
            await unitOfWork.CommitAsync();
        }
    }
}
