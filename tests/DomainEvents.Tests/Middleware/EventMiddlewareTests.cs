namespace DomainEvents.Tests;

public sealed class EventMiddlewareTests
{
    private readonly EventBusOptions _options = new();
    private readonly List<string> _calls = [];

    [Fact]
    public async Task The_first_middleware_is_the_outermost()
    {
        Use("outer", async (context, next, token) =>
        {
            _calls.Add("outer in");
            await next(context, token);
            _calls.Add("outer out");
        });
        Use("inner", async (context, next, token) =>
        {
            _calls.Add("inner in");
            await next(context, token);
            _calls.Add("inner out");
        });
        var bus = new InMemoryEventBus(_options);
        bus.On<OrderPlaced>(_ => _calls.Add("handler"));

        await bus.PublishAsync(new OrderPlaced());

        _calls.Should().Equal("outer in", "inner in", "handler", "inner out", "outer out");
    }

    [Fact]
    public async Task It_wraps_each_single_handler_call_and_is_told_which()
    {
        var contexts = new List<EventHandlerContext>();
        Use("recorder", (context, next, token) =>
        {
            contexts.Add(context);
            return next(context, token);
        });
        var bus = new InMemoryEventBus(_options);
        bus.On<OrderPlaced>(_ => { }, "a");
        bus.On<IDomainEvent>(_ => { }, "b");
        var domainEvent = new OrderPlaced();

        await bus.PublishAsync(domainEvent);

        contexts.Select(context => context.Handler).Should().Equal(bus.HandlersFor(typeof(OrderPlaced)));
        contexts.Should().OnlyContain(context => ReferenceEquals(context.Event, domainEvent) && context.Services == null);
    }

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task A_throwing_middleware_is_the_failure_of_the_handler_it_wraps(FanOut fanOut, int? maxConcurrency)
    {
        var ran = 0;
        _options.FanOut = fanOut;
        _options.MaxConcurrency = maxConcurrency;
        Use("breaks", (context, next, token) => context.Handler.Name == "last"
            ? throw new InvalidOperationException("middleware")
            : next(context, token));
        var bus = new InMemoryEventBus(_options);
        bus.On<OrderPlaced>(_ => Interlocked.Increment(ref ran), "first");
        bus.On<OrderPlaced>(_ => Interlocked.Increment(ref ran), "second");
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException("not reached"), "last");

        var result = await bus.PublishAsync(new OrderPlaced());

        ran.Should().Be(2);
        var failure = result.Failures.Should().ContainSingle().Subject;
        (failure.Handler.Name, failure.Exception.Message).Should().Be(("last", "middleware"));
    }

    [Fact]
    public async Task A_middleware_may_swallow_a_failure()
    {
        Use("forgiving", async (context, next, token) =>
        {
            try
            {
                await next(context, token);
            }
            catch (InvalidOperationException)
            {
                _calls.Add("forgiven");
            }
        });
        var bus = new InMemoryEventBus(_options);
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException());

        (await bus.PublishAsync(new OrderPlaced())).Succeeded.Should().BeTrue();
        _calls.Should().Equal("forgiven");
    }

    [Fact]
    public async Task A_middleware_may_call_the_rest_several_times()
    {
        Use("retry", async (context, next, token) =>
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await next(context, token);
                    return;
                }
                catch (TimeoutException) when (attempt < 3)
                {
                    _calls.Add($"attempt {attempt} failed");
                }
            }
        });
        var bus = new InMemoryEventBus(_options);
        var attempts = 0;
        bus.On<OrderPlaced>(_ =>
        {
            if (++attempts < 3)
            {
                throw new TimeoutException();
            }
        });

        (await bus.PublishAsync(new OrderPlaced())).Succeeded.Should().BeTrue();
        _calls.Should().Equal("attempt 1 failed", "attempt 2 failed");
    }

    [Fact]
    public async Task A_handler_that_is_skipped_counts_as_having_succeeded()
    {
        Use("skips", (_, _, _) => default);
        var bus = new InMemoryEventBus(_options);
        bus.On<OrderPlaced>(_ => _calls.Add("handler"));

        var result = await bus.PublishAsync(new OrderPlaced());

        (result.HandlerCount, result.Succeeded).Should().Be((1, true));
        _calls.Should().BeEmpty();
    }

    [Fact]
    public async Task A_middleware_may_hand_on_another_event_services_and_token()
    {
        using var own = new CancellationTokenSource();
        var services = new NoServices();
        IServiceProvider? seenServices = null;
        CancellationToken seenToken = default;
        Use("replaces", (context, next, _) =>
            next(new EventHandlerContext(new OrderPlaced("replaced"), context.Handler, services), own.Token));
        Use("looks", (context, next, token) =>
        {
            seenServices = context.Services;
            return next(context, token);
        });
        var bus = new InMemoryEventBus(_options);
        bus.Subscribe<OrderPlaced>((domainEvent, token) =>
        {
            _calls.Add(domainEvent.OrderId);
            seenToken = token;
            return default;
        });

        await bus.PublishAsync(new OrderPlaced("original"));

        _calls.Should().Equal("replaced");
        seenServices.Should().BeSameAs(services);
        seenToken.Should().Be(own.Token);
    }

    [Fact]
    public async Task An_event_of_a_type_the_handler_does_not_take_is_a_clear_failure()
    {
        Use("confused", (context, next, token) =>
            next(new EventHandlerContext(new OrderShipped(), context.Handler, null), token));
        var bus = new InMemoryEventBus(_options);
        bus.On<OrderPlaced>(_ => _calls.Add("handler"), "stock");

        var result = await bus.PublishAsync(new OrderPlaced());

        _calls.Should().BeEmpty();
        result.Failures.Single().Exception.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Be(
            "A middleware handed shop.order-shipped to stock, which handles DomainEvents.Tests.OrderPlaced. " +
            "Pass on the event, or one of the same type.");
    }

    [Fact]
    public async Task A_middleware_that_hands_on_nothing_fails_its_handler_only()
    {
        Use("careless", (context, next, token) => next(context.Handler.Name == "a" ? null! : context, token));
        var bus = new InMemoryEventBus(_options);
        bus.On<OrderPlaced>(_ => _calls.Add("a"), "a");
        bus.On<OrderPlaced>(_ => _calls.Add("b"), "b");

        var result = await bus.PublishAsync(new OrderPlaced());

        result.Failures.Should().ContainSingle().Which.Handler.Name.Should().Be("a");
        _calls.Should().Equal("b");
    }

    [Fact]
    public async Task The_bus_reads_its_middleware_once()
    {
        var bus = new InMemoryEventBus(_options);
        bus.On<OrderPlaced>(_ => { });

        Use("too late", (_, _, _) => throw new InvalidOperationException());
        bus.On<OrderPlaced>(_ => { });

        (await bus.PublishAsync(new OrderPlaced())).Succeeded.Should().BeTrue();
    }

    [Fact]
    public void A_missing_middleware_is_refused_when_the_bus_is_made()
    {
        _options.Middleware.Add(null!);

        FluentActions.Invoking(() => new InMemoryEventBus(_options)).Should().Throw<ArgumentException>()
            .WithMessage("EventBusOptions.Middleware contains null.*");
    }

    [Fact]
    public void A_context_needs_an_event_and_a_handler()
    {
        var handler = new HandlerDescriptor("stock", typeof(OrderPlaced), null, 0);

        FluentActions.Invoking(() => new EventHandlerContext(null!, handler, null)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new EventHandlerContext(new OrderPlaced(), null!, null)).Should().Throw<ArgumentNullException>();
    }

    private void Use(string name, Func<EventHandlerContext, EventHandlerDelegate, CancellationToken, ValueTask> invoke) =>
        _options.Middleware.Add(new Middleware(name, invoke));

    private sealed record Middleware(
        string Name, Func<EventHandlerContext, EventHandlerDelegate, CancellationToken, ValueTask> Invoke) : IEventMiddleware
    {
        public ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken) =>
            Invoke(context, next, cancellationToken);
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
