using System.Data.Common;
using System.Transactions;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.DocSnippets.Guides;

internal static class TransactionsGuide
{
    public sealed record OrderPlaced(string OrderNumber) : DomainEvent;

    public sealed class Order : AggregateRoot<string>
    {
        public Order(string number)
        {
            Id = number;
            Raise(new OrderPlaced(number));
        }
    }

    #region phases
    [TransactionPhase(TransactionPhase.BeforeCommit)]
    public sealed class CheckCredit : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Console.WriteLine("before commit: credit checked");
            return domainEvent.OrderNumber == "A-666"
                ? throw new InvalidOperationException("no credit")
                : ValueTask.CompletedTask;
        }
    }

    public sealed class SendConfirmation : IEventHandler<OrderPlaced>   // no attribute: after the commit
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Console.WriteLine("after commit: confirmation sent");
            return ValueTask.CompletedTask;
        }
    }

    [TransactionPhase(TransactionPhase.AfterRollback)]
    public sealed class CountRefusals : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Console.WriteLine("after rollback: refusal counted");
            return ValueTask.CompletedTask;
        }
    }

    [TransactionPhase(TransactionPhase.AfterCompletion)]
    public sealed class ReleaseBasket : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Console.WriteLine("after completion: basket released");
            return ValueTask.CompletedTask;
        }
    }
    #endregion

    private static ServiceProvider BuildProvider()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents()
            .AddHandler<CheckCredit>()
            .AddHandler<SendConfirmation>()
            .AddHandler<CountRefusals>()
            .AddHandler<ReleaseBasket>();
        return services.BuildServiceProvider();
    }

    [Snippet("phases")]
    public static async Task PhasesAsync()
    {
        await using var provider = BuildProvider();
        await using var scope = provider.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();

        #region phases
        foreach (var number in new[] { "A-17", "A-666" })
        {
            await using var transaction = dispatcher.Begin();
            await dispatcher.PublishAsync(new OrderPlaced(number));
            try
            {
                await transaction.CommitAsync();
            }
            catch (InvalidOperationException exception)
            {
                Console.WriteLine($"CommitAsync threw: {exception.Message}");
            }

            Console.WriteLine($"{number}: {transaction.State}");
        }
        #endregion
    }

    private static ServiceProvider BuildPrintingProvider()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandler<Print>();
        return services.BuildServiceProvider();
    }

    private sealed class Print : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Console.WriteLine($"handled {domainEvent.OrderNumber}");
            return ValueTask.CompletedTask;
        }
    }

    [Snippet("nested")]
    public static async Task NestedAsync()
    {
        await using var provider = BuildPrintingProvider();
        await using var scope = provider.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();

        #region nested
        await using var outer = dispatcher.Begin();
        await dispatcher.PublishAsync(new OrderPlaced("outer"));

        await using (var kept = dispatcher.Begin())
        {
            await dispatcher.PublishAsync(new OrderPlaced("kept"));
            await kept.CommitAsync(); // handed to the outer transaction
        }

        await using (dispatcher.Begin())
        {
            await dispatcher.PublishAsync(new OrderPlaced("dropped"));
        } // disposed without a commit: rolled back

        Console.WriteLine("nothing has run yet");
        await outer.CommitAsync();
        #endregion
    }

    [Snippet("savepoints")]
    public static async Task SavepointsAsync()
    {
        await using var provider = BuildPrintingProvider();
        await using var scope = provider.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();

        #region savepoints
        await using var transaction = dispatcher.Begin();
        transaction.Enqueue(new OrderPlaced("first"));

        transaction.CreateSavepoint("before-second");
        transaction.Enqueue(new OrderPlaced("second"));
        transaction.OnCommitted(_ => throw new InvalidOperationException("never called"));
        transaction.RollbackToSavepoint("before-second");

        transaction.Enqueue(new OrderPlaced("third"));
        await transaction.CommitAsync();
        #endregion
    }

    [Snippet("callbacks")]
    public static async Task CallbacksAsync()
    {
        await using var provider = BuildPrintingProvider();
        await using var scope = provider.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();

        #region callbacks
        await using var transaction = dispatcher.Begin();
        dispatcher.OnCommitted(_ => Write("search index updated"), name: "update-search-index");
        await dispatcher.PublishAsync(new OrderPlaced("A-17"));
        dispatcher.OnCommitted(_ => Write("cache cleared"), name: "clear-cache");
        dispatcher.OnRolledBack(_ => Write("upload deleted"), name: "delete-upload");
        await transaction.CommitAsync();

        static ValueTask Write(string text)
        {
            Console.WriteLine(text);
            return ValueTask.CompletedTask;
        }
        #endregion
    }

    #region enlist
    public static async Task<PublishResult> PlaceAsync(Order order, DbDataSource database, IEventDispatcher dispatcher)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var events = dispatcher.Enlist(transaction);

        await OrderTable.InsertAsync(order, transaction);
        events.Enqueue(order);
        return await events.CommitAsync();
    }
    #endregion

    private static class OrderTable
    {
        public static Task InsertAsync(Order order, DbTransaction transaction) =>
            Task.FromResult((order, transaction));
    }

    [Snippet("transaction-scope")]
    public static async Task TransactionScopeAsync()
    {
        await using var provider = BuildPrintingProvider();
        await using var services = provider.CreateAsyncScope();
        var dispatcher = services.ServiceProvider.GetRequiredService<IEventDispatcher>();

        #region transaction-scope
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await dispatcher.PublishAsync(new OrderPlaced("A-17"));
            Console.WriteLine("order saved");
            scope.Complete();
        }

        await dispatcher.WhenIdleAsync();
        #endregion
    }

    [Snippet("retry")]
    public static async Task RetryAsync()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandler<Print>().AddHandler<LosesTheFirstRace>(ServiceLifetime.Singleton);
        await using var provider = services.BuildServiceProvider();

        #region retry
        var order = new Order("A-17");
        for (var attempt = 1; ; attempt++)
        {
            await using var scope = provider.CreateAsyncScope();
            var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
            await using var transaction = dispatcher.Begin();
            try
            {
                transaction.Enqueue(order);
                await transaction.CommitAsync();
                break;
            }
            catch (TimeoutException) when (attempt < 3)
            {
                Console.WriteLine($"attempt {attempt}: {transaction.State}, {order.DomainEvents.Count} event pending");
            }
        }

        Console.WriteLine($"{order.DomainEvents.Count} events pending");
        #endregion
    }

    [TransactionPhase(TransactionPhase.BeforeCommit)]
    private sealed class LosesTheFirstRace : IEventHandler<OrderPlaced>
    {
        private int _calls;

        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) =>
            _calls++ == 0 ? throw new TimeoutException("the row is locked") : ValueTask.CompletedTask;
    }

    public static void Policy(IServiceCollection services)
    {
        #region no-transaction
        services.AddDomainEvents()
            .ConfigureTransactions(options => options.NoTransaction = NoTransactionPolicy.Throw);
        #endregion
    }

    [Snippet("synchronous-commit")]
    public static async Task SynchronousAsync()
    {
        await using var provider = BuildPrintingProvider();
        await using var scope = provider.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();

        #region synchronous-commit
        using (var transaction = dispatcher.Begin())
        {
            transaction.Enqueue(new OrderPlaced("A-17"));
            transaction.Commit(); // returns before the handlers have run
        }

        await dispatcher.WhenIdleAsync();
        #endregion
    }

    #region raise-more
    [TransactionPhase(TransactionPhase.BeforeCommit)]
    public sealed class GrantDiscount(IEventDispatcher dispatcher) : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            // The caller's dispatcher: the event joins the same transaction, and its before-commit handlers run next.
            await dispatcher.PublishAsync(new DiscountGranted(domainEvent.OrderNumber), cancellationToken);
        }
    }
    #endregion

    public sealed record DiscountGranted(string OrderNumber) : DomainEvent;
}
