using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.DocSnippets.Guides;

internal static class TestingGuide
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

    public interface IMailer
    {
        ValueTask SendAsync(string text, CancellationToken cancellationToken);
    }

    public sealed class FakeMailer : IMailer
    {
        public List<string> Sent { get; } = [];

        public ValueTask SendAsync(string text, CancellationToken cancellationToken)
        {
            Sent.Add(text);
            return ValueTask.CompletedTask;
        }
    }

    public sealed class SendConfirmation(IMailer mailer) : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) =>
            mailer.SendAsync($"Thank you for {domainEvent.OrderNumber}", cancellationToken);
    }

    public sealed class ImportOrders(IEventPublisher publisher)
    {
        public async Task ImportAsync(string orderNumber) => await publisher.PublishAsync(new OrderPlaced(orderNumber));
    }

    #region test-aggregate
    [Fact]
    public static void Placing_an_order_raises_an_event()
    {
        var order = new Order("A-17");

        var placed = Assert.IsType<OrderPlaced>(Assert.Single(order.DomainEvents));
        Assert.Equal("A-17", placed.OrderNumber);
    }
    #endregion

    #region test-handler
    [Fact]
    public static async Task A_placed_order_is_confirmed()
    {
        var mailer = new FakeMailer();

        await new SendConfirmation(mailer).HandleAsync(new OrderPlaced("A-17"), CancellationToken.None);

        Assert.Equal("Thank you for A-17", Assert.Single(mailer.Sent));
    }
    #endregion

    #region test-event
    public static OrderPlaced PlacedAtNewYear() => new("A-17")
    {
        EventId = Guid.Parse("01980000-0000-7000-8000-000000000001"),
        OccurredAt = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
    };
    #endregion

    #region test-publisher
    [Fact]
    public static async Task An_import_publishes_each_order()
    {
        var published = new List<IDomainEvent>();
        var bus = new InMemoryEventBus();
        bus.Subscribe<IDomainEvent>((domainEvent, _) =>
        {
            published.Add(domainEvent);
            return ValueTask.CompletedTask;
        });

        await new ImportOrders(bus).ImportAsync("A-17");

        Assert.IsType<OrderPlaced>(Assert.Single(published));
    }
    #endregion

    #region test-failure
    public sealed class FailingPublisher : IEventPublisher
    {
        public ValueTask<PublishResult> PublishAsync(IDomainEvent domainEvent, CancellationToken cancellationToken = default)
        {
            var handler = new HandlerDescriptor("send-confirmation", domainEvent.GetType(), HandlerType: null, Order: 0);
            var failure = new HandlerFailure(domainEvent, handler, new TimeoutException());
            return new ValueTask<PublishResult>(new PublishResult(handlerCount: 1, [failure]));
        }

        public ValueTask<PublishResult> PublishAllAsync(
            IEnumerable<IDomainEvent> domainEvents, CancellationToken cancellationToken = default) =>
            PublishAsync(domainEvents.First(), cancellationToken);
    }
    #endregion

    #region test-transaction
    [Fact]
    public static async Task A_confirmation_is_sent_after_the_commit_and_not_after_a_rollback()
    {
        var mailer = new FakeMailer();
        var services = new ServiceCollection();
        services.AddSingleton<IMailer>(mailer);
        services.AddDomainEvents().AddHandler<SendConfirmation>();
        await using var provider = services.BuildServiceProvider(validateScopes: true);
        await using var scope = provider.CreateAsyncScope();
        var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();

        await using (dispatcher.Begin())
        {
            await dispatcher.PublishAsync(new OrderPlaced("rolled back"));
        }

        await using (var transaction = dispatcher.Begin())
        {
            await dispatcher.PublishAsync(new OrderPlaced("A-17"));
            Assert.Empty(mailer.Sent);

            var result = await transaction.CommitAsync();
            result.ThrowIfFailed();
        }

        await dispatcher.WhenIdleAsync(); // only needed for synchronous commits, TransactionScope and background dispatch
        Assert.Equal("Thank you for A-17", Assert.Single(mailer.Sent));
    }
    #endregion

    #region test-registration
    [Fact]
    public static async Task Every_handler_is_registered()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IMailer, FakeMailer>();
        services.AddDomainEvents().AddHandler<SendConfirmation>(); // in real life: the application's own set-up method
        await using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });

        var handlers = provider.GetRequiredService<IEventBus>().HandlersFor(typeof(OrderPlaced));

        Assert.Equal(typeof(SendConfirmation), Assert.Single(handlers).HandlerType);
    }
    #endregion

    /// <summary>All of the above; says so when they pass.</summary>
    [Snippet("testing")]
    public static async Task RunAllAsync()
    {
        Placing_an_order_raises_an_event();
        await A_placed_order_is_confirmed();
        await An_import_publishes_each_order();
        await A_confirmation_is_sent_after_the_commit_and_not_after_a_rollback();
        await Every_handler_is_registered();
        Assert.Equal(2026, PlacedAtNewYear().OccurredAt.Year);
        var failed = await new FailingPublisher().PublishAsync(new OrderPlaced("A-17"));
        Assert.Equal("1 handler(s), 1 failed", failed.ToString());
        Console.WriteLine("passed");
    }

    // As in xunit, which this project does without.
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class FactAttribute : Attribute;

    private static class Assert
    {
        public static void Equal<T>(T expected, T actual) =>
            Check(EqualityComparer<T>.Default.Equals(expected, actual), $"{expected} expected, but got {actual}");

        public static T Single<T>(IReadOnlyCollection<T> items)
        {
            Check(items.Count == 1, $"one item expected, but got {items.Count}");
            return items.Single();
        }

        public static void Empty<T>(IReadOnlyCollection<T> items) => Check(items.Count == 0, $"none expected, but got {items.Count}");

        public static T IsType<T>(object item)
        {
            Check(item.GetType() == typeof(T), $"{typeof(T)} expected, but got {item.GetType()}");
            return (T)item;
        }

        private static void Check(bool holds, string otherwise)
        {
            if (!holds)
            {
                throw new InvalidOperationException(otherwise);
            }
        }
    }
}
