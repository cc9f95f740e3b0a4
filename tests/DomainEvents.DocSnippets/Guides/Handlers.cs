using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.DocSnippets.Guides;

internal static class HandlersGuide
{
    public static void Register(IServiceCollection services)
    {
        #region register-handlers
        services.AddDomainEvents()
            .AddHandler<SendConfirmation>()
            .AddHandler<SalesFigures>(ServiceLifetime.Singleton)
            .AddHandlersFromAssemblyContaining<OrderPlaced>()
            .AddHandlersFromAssembly(typeof(Program).Assembly, ServiceLifetime.Transient);

        services.AddScoped<IEventHandler<OrderPlaced>, ReserveStock>();
        #endregion
    }

    public static void RegisterAssemblies(IServiceCollection services)
    {
        #region register-assemblies
        services.AddDomainEvents(typeof(OrderPlaced).Assembly);
        #endregion
    }

    public static void Configure(IServiceCollection services)
    {
        #region bus-options
        services.AddDomainEvents(options =>
        {
            options.FanOut = FanOut.Parallel;
            options.MaxConcurrency = 4;
            options.HandlerTimeout = TimeSpan.FromSeconds(30);
        });
        #endregion
    }

    public interface IOrderEvent : IDomainEvent
    {
        string OrderNumber { get; }
    }

    public sealed record OrderPlaced(string OrderNumber) : DomainEvent, IOrderEvent;

    public sealed record OrderCancelled(string OrderNumber) : DomainEvent, IOrderEvent;

    #region several-events
    [EventHandler(Name = "sales-figures")]
    public sealed class SalesFigures : IEventHandler<OrderPlaced>, IEventHandler<OrderCancelled>
    {
        private int _open;

        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _open);
            return ValueTask.CompletedTask;
        }

        public ValueTask HandleAsync(OrderCancelled domainEvent, CancellationToken cancellationToken)
        {
            Interlocked.Decrement(ref _open);
            return ValueTask.CompletedTask;
        }
    }
    #endregion

    [EventHandler(Name = "confirmation")]
    public sealed class SendConfirmation : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("the mail server is down");
    }

    [EventHandler(Name = "reserve-stock")]
    public sealed class ReserveStock : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            Console.WriteLine("stock reserved");
            return ValueTask.CompletedTask;
        }
    }

    #region base-types
    [EventHandler(Name = "order-history")]
    public sealed class OrderHistory : IEventHandler<IOrderEvent>
    {
        public ValueTask HandleAsync(IOrderEvent domainEvent, CancellationToken cancellationToken)
        {
            Console.WriteLine($"{domainEvent.OrderNumber}: {domainEvent.GetType().Name}");
            return ValueTask.CompletedTask;
        }
    }

    [EventHandler(Name = "audit", Order = -10)]
    public sealed class Audit : IEventHandler<IDomainEvent>
    {
        public ValueTask HandleAsync(IDomainEvent domainEvent, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
    #endregion

    [Snippet("handlers-for")]
    public static async Task HandlersForAsync()
    {
        #region handlers-for
        var services = new ServiceCollection();
        services.AddDomainEvents()
            .AddHandler<ReserveStock>()
            .AddHandler<OrderHistory>()
            .AddHandler<Audit>();

        await using var provider = services.BuildServiceProvider();
        var bus = provider.GetRequiredService<IEventBus>();
        foreach (var handler in bus.HandlersFor(typeof(OrderPlaced)))
        {
            Console.WriteLine($"{handler.Order,3} {handler.Name}");
        }
        #endregion
    }

    [Snippet("publish-result")]
    public static async Task PublishResultAsync()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandler<SendConfirmation>().AddHandler<ReserveStock>();
        await using var provider = services.BuildServiceProvider();
        var bus = provider.GetRequiredService<IEventBus>();

        #region publish-result
        var result = await bus.PublishAsync(new OrderPlaced("A-17"));
        Console.WriteLine(result);
        foreach (var failure in result.Failures)
        {
            Console.WriteLine($"{failure.Handler.Name}: {failure.Exception.Message}");
        }

        try
        {
            result.ThrowIfFailed();
        }
        catch (EventPublishException exception)
        {
            Console.WriteLine($"{exception.Failures.Count} failure(s)");
        }
        #endregion
    }

    #region middleware
    public sealed class RetryOnce : IEventMiddleware
    {
        public async ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken)
        {
            try
            {
                await next(context, cancellationToken);
            }
            catch (TimeoutException) when (!cancellationToken.IsCancellationRequested)
            {
                Console.WriteLine($"{context.Handler.Name}: once more");
                await next(context, cancellationToken);
            }
        }
    }
    #endregion

    [EventHandler(Name = "erp-export")]
    private sealed class ExportToErp : IEventHandler<OrderPlaced>
    {
        private int _calls;

        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            if (_calls++ == 0)
            {
                throw new TimeoutException("the ERP system does not answer");
            }

            Console.WriteLine($"exported {domainEvent.OrderNumber}");
            return ValueTask.CompletedTask;
        }
    }

    [Snippet("middleware")]
    public static async Task MiddlewareAsync()
    {
        var services = new ServiceCollection();

        #region middleware
        services.AddDomainEvents()
            .AddHandler<ExportToErp>()
            .AddMiddleware<RetryOnce>();
        #endregion

        await using var provider = services.BuildServiceProvider();
        var result = await provider.GetRequiredService<IEventBus>().PublishAsync(new OrderPlaced("A-17"));
        Console.WriteLine(result);
    }

    #region fresh-scope
    public sealed class RetryInFreshScope : IEventMiddleware
    {
        public async ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken)
        {
            try
            {
                await next(context, cancellationToken);
            }
            catch (TimeoutException) when (context.Services is not null)
            {
                await using var scope = context.Services.CreateAsyncScope();
                await next(new EventHandlerContext(context.Event, context.Handler, scope.ServiceProvider), cancellationToken);
            }
        }
    }
    #endregion

    [Snippet("fresh-scope")]
    public static async Task FreshScopeAsync()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().AddHandler<FailsInItsFirstScope>().AddMiddleware<RetryInFreshScope>();
        await using var provider = services.BuildServiceProvider();
        Console.WriteLine(await provider.GetRequiredService<IEventBus>().PublishAsync(new OrderPlaced("A-17")));
    }

    private sealed class FailsInItsFirstScope : IEventHandler<OrderPlaced>
    {
        private static int _instances;
        private readonly int _instance = ++_instances;

        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) =>
            _instance == 1 ? throw new TimeoutException() : ValueTask.CompletedTask;
    }

    [Snippet("subscribe")]
    public static async Task SubscribeAsync()
    {
        var bus = new InMemoryEventBus();

        #region subscribe
        using (bus.Subscribe<OrderPlaced>(ShowAsync, new SubscribeOptions { Name = "live-view", Order = 5 }))
        {
            Console.WriteLine(await bus.PublishAsync(new OrderPlaced("A-17")));
        }

        Console.WriteLine(await bus.PublishAsync(new OrderPlaced("A-18")));

        static ValueTask ShowAsync(OrderPlaced placed, CancellationToken cancellationToken)
        {
            Console.WriteLine($"live: {placed.OrderNumber}");
            return ValueTask.CompletedTask;
        }
        #endregion
    }

    [Snippet("timeout")]
    public static async Task TimeoutAsync()
    {
        #region timeout
        var bus = new InMemoryEventBus(new EventBusOptions { HandlerTimeout = TimeSpan.FromMilliseconds(50) });
        bus.Subscribe<OrderPlaced>(
            async (_, cancellationToken) => await Task.Delay(Timeout.Infinite, cancellationToken),
            new SubscribeOptions { Name = "slow" });

        var result = await bus.PublishAsync(new OrderPlaced("A-17"));
        Console.WriteLine(result.Failures[0].Exception.Message);
        #endregion
    }
}
