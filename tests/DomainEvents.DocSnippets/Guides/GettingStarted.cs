using System.Data.Common;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DomainEvents.DocSnippets.Guides;

internal static class GettingStarted
{
    #region first-event
    public sealed record OrderPlaced(string OrderNumber, decimal Total) : DomainEvent;

    public sealed record OrderCancelled(string OrderNumber) : DomainEvent;
    #endregion

    #region first-aggregate
    public sealed class Order : AggregateRoot<string>
    {
        public Order(string number, decimal total)
        {
            Id = number;
            Raise(new OrderPlaced(number, total));
        }

        public bool IsCancelled { get; private set; }

        public void Cancel()
        {
            if (!IsCancelled)
            {
                IsCancelled = true;
                Raise(new OrderCancelled(Id));
            }
        }
    }
    #endregion

    public abstract class Entity;

    #region existing-base-class
    public sealed class Customer : Entity, IHasDomainEvents
    {
        private readonly List<IDomainEvent> _pending = [];

        public IReadOnlyList<IDomainEvent> DomainEvents => _pending;

        public IReadOnlyList<IDomainEvent> PullDomainEvents()
        {
            IDomainEvent[] pulled = [.. _pending];
            _pending.Clear();
            return pulled;
        }

        public void RemoveDomainEvents(IReadOnlyCollection<IDomainEvent> domainEvents) =>
            _pending.RemoveAll(pending => domainEvents.Any(published => ReferenceEquals(published, pending)));
    }
    #endregion

    [Snippet("bus-without-container")]
    public static async Task BusWithoutContainerAsync()
    {
        #region bus-without-container
        var bus = new InMemoryEventBus();
        using var subscription = bus.Subscribe<OrderPlaced>((placed, cancellationToken) =>
        {
            Console.WriteLine($"confirmation for {placed.OrderNumber}");
            return ValueTask.CompletedTask;
        });

        var order = new Order("A-17", 99.50m);
        var result = await bus.PublishAllAsync(order.PullDomainEvents());
        Console.WriteLine(result);
        #endregion
    }

    [Snippet("bus-with-container")]
    public static async Task BusWithContainerAsync()
    {
        #region bus-with-container
        var services = new ServiceCollection();
        services.AddDomainEvents()
            .AddHandler<ReserveStock>()
            .AddHandler<SendConfirmation>();

        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();

        await using (var transaction = dispatcher.Begin())
        {
            var order = new Order("A-17", 99.50m);
            await dispatcher.PublishFromAsync(order);
            Console.WriteLine("order saved");

            var result = await transaction.CommitAsync();
            Console.WriteLine(result);
        }
        #endregion
    }

    #region bus-with-container
    public sealed class ReserveStock : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Console.WriteLine($"stock reserved for {domainEvent.OrderNumber}");
            return ValueTask.CompletedTask;
        }
    }

    public sealed class SendConfirmation : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Console.WriteLine($"confirmation sent for {domainEvent.OrderNumber}");
            return ValueTask.CompletedTask;
        }
    }
    #endregion

    public static void SetUp(string[] args)
    {
        #region host-setup
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddDomainEvents(
            options => options.HandlerTimeout = TimeSpan.FromSeconds(30),
            typeof(Order).Assembly);
        #endregion

        using var host = builder.Build();
    }

    #region endpoint
    public static async Task PlaceOrderAsync(
        PlaceOrder request, DbDataSource database, IEventDispatcher dispatcher, CancellationToken requestAborted)
    {
        await using var connection = await database.OpenConnectionAsync(requestAborted);
        await using var transaction = await connection.BeginTransactionAsync(requestAborted);
        await using var events = dispatcher.Enlist(transaction);

        var order = new Order(request.OrderNumber, request.Total);
        await OrderTable.InsertAsync(order, transaction, requestAborted);
        events.Enqueue(order);

        await events.CommitAsync(requestAborted); // commits `transaction`, then runs the handlers
    }
    #endregion

    public sealed record PlaceOrder(string OrderNumber, decimal Total);

    private static class OrderTable
    {
        public static async Task InsertAsync(Order order, DbTransaction transaction, CancellationToken cancellationToken)
        {
            await using var command = transaction.Connection!.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "INSERT INTO orders (number) VALUES (@number)";
            var number = command.CreateParameter();
            (number.ParameterName, number.Value) = ("number", order.Id);
            command.Parameters.Add(number);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
