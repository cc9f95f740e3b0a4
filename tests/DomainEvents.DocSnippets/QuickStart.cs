#region quick-start
using DomainEvents;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
#endregion

namespace DomainEvents.DocSnippets;

internal static class QuickStart
{
    [Snippet("quick-start")]
    public static async Task RunAsync()
    {
        #region quick-start
        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandler<ReserveStock>().AddHandler<CountSales>().AddHandler<SendConfirmation>();

        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        var events = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();

        await using (var transaction = events.Begin())    // or Enlist(dbTransaction), or a TransactionScope
        {
            var order = new Order("A-17", total: 42m);    // raises OrderPlaced
            transaction.Enqueue(order);
            Console.WriteLine("order saved");

            var result = await transaction.CommitAsync();
            Console.WriteLine($"{result.HandlerCount} handlers after the commit, failed: {result.Failures[0].Exception.Message}");
        }
        #endregion
    }

    #region quick-start
    public sealed record OrderPlaced(string Number, decimal Total) : DomainEvent;

    public sealed class Order : AggregateRoot<string>
    {
        public Order(string number, decimal total) { Id = number; Raise(new OrderPlaced(number, total)); }
    }

    [TransactionPhase(TransactionPhase.BeforeCommit)]
    public sealed class ReserveStock : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced order, CancellationToken cancellationToken) =>
            await Console.Out.WriteLineAsync($"stock reserved for {order.Number}, in the same transaction");
    }

    public sealed class CountSales : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced order, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("the statistics are down");
    }

    public sealed class SendConfirmation : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced order, CancellationToken cancellationToken) =>
            await Console.Out.WriteLineAsync($"confirmation sent for {order.Number}");
    }
    #endregion
}
