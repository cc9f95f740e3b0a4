using DomainEvents.Outbox.Tests.Relay;
using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Outbox.Tests.Registration;

/// <summary>What is configured wrongly shows when the host starts, not at the first event.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_events_of_one_name_are_refused_with_both_named(bool runsRelay)
    {
        var start = StartAsync(events => events.AddEvent<OrderPlaced>().AddEvent<AlsoPlaced>(), options => options.RunRelay = runsRelay);
        (await start.Should().ThrowAsync<ArgumentException>())
            .WithMessage($"*'shop.order-placed'*{typeof(OrderPlaced).FullName}*").WithMessage($"*{typeof(AlsoPlaced).FullName}*[EventType(*");
    }

    [Fact]
    public async Task A_name_that_cannot_be_stored_is_refused_with_its_class() =>
        (await StartAsync(events => events.AddEvent<Unstorable>()).Should().ThrowAsync<ArgumentException>())
            .WithMessage($"*{typeof(Unstorable).FullName}*[EventType(*");

    [Fact]
    public async Task An_empty_name_is_refused_with_its_class() =>
        (await StartAsync(events => events.AddEvent<Nameless>()).Should().ThrowAsync<ArgumentException>()).WithMessage($"*{typeof(Nameless).FullName}*name*");

    [Fact]
    public async Task An_abstract_event_is_refused() =>
        (await StartAsync(events => events.AddEvent<DomainEvent>()).Should().ThrowAsync<ArgumentException>()).WithMessage("*DomainEvents.DomainEvent*not abstract*");

    [Fact]
    public async Task The_same_event_twice_is_as_once() =>
        await StartAsync(events => events.AddEvent<OrderPlaced>().AddEvent<OrderPlaced>()).Should().NotThrowAsync();

    [Fact]
    public async Task A_handler_whose_factory_fails_has_no_name_to_store_and_is_refused()
    {
        var start = StartAsync(events =>
        {
            events.Services.AddScoped<IEventHandler<OrderPlaced>>(_ => throw new InvalidOperationException("Not now."));
            events.AddEvent<OrderPlaced>();
        });
        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*IEventHandler*OrderPlaced*AddHandler<THandler>()*");
    }

    [Fact]
    public async Task A_handler_whose_name_is_too_long_to_store_is_refused_with_its_class() =>
        (await StartAsync(events => events.AddEvent<OrderPlaced>().AddHandler<LongNamed>()).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage($"*{nameof(LongNamed)}*400*[EventHandler(Name*");

    [Fact]
    public async Task A_handler_whose_name_no_database_takes_is_refused_with_its_class() =>
        (await StartAsync(events => events.AddEvent<OrderPlaced>().AddHandler<ZeroNamed>()).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage($"*{nameof(ZeroNamed)}*[EventHandler(Name*");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_outbox_without_a_store_is_refused(bool runsRelay)
    {
        var start = StartAsync(_ => { }, options => options.RunRelay = runsRelay, stores: 0);
        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*no store*UsePostgreSqlOutbox*UseSqliteOutbox*");
    }

    [Fact]
    public async Task Two_stores_are_refused_with_both_named() =>
        (await StartAsync(_ => { }, stores: 2).Should().ThrowAsync<InvalidOperationException>()).WithMessage("*2 stores*InMemoryStore and *InMemoryStore*once*");

    [Fact]
    public async Task A_store_that_is_registered_twice_is_one() =>
        await StartAsync(events => events.Services.AddSingleton(services => services.GetServices<InMemoryStore>().Single() as IOutboxStore)).Should().NotThrowAsync();

    [Fact]
    public async Task Without_a_store_publishing_says_the_same_as_the_start()
    {
        var services = new ServiceCollection();
        services.AddDomainEvents().AddOutbox().AddEvent<OrderPlaced>();
        await using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        await using var scope = provider.CreateAsyncScope();
        (await scope.Awaiting(it => it.ServiceProvider.GetRequiredService<IEventDispatcher>().PublishAsync(new OrderPlaced("Emma")).AsTask())
            .Should().ThrowAsync<InvalidOperationException>()).WithMessage("*no store*");
    }

    [Fact]
    public async Task A_handler_of_an_event_that_is_not_registered_is_told_with_the_call_that_is_missing()
    {
        await using var application = new OutboxApplication(events => events.AddHandler<SendMail>().AddHandler<CheckOrder>().AddHandler<TellEnd>());
        await application.StartAsync();
        await application.StopAsync().Soon();

        var told = application.Log.WithId(3007).Should().ContainSingle("the other phases do not come from the outbox").Subject;
        told.Level.Should().Be(LogLevel.Warning);
        told.Message.Should().Contain("mail").And.Contain("AddEvent<OrderPlaced>()").And.Contain(typeof(OrderPlaced).FullName);
    }

    [Fact]
    public async Task Handlers_of_interfaces_base_classes_and_registered_events_are_in_order()
    {
        await using var application = new OutboxApplication(events => events
            .AddEvent<OrderPlaced>().AddEvent<Derived>().AddHandler<SendMail>().AddHandler<OfEverything>().AddHandler<OfBase>());
        await application.StartAsync();
        await application.StopAsync().Soon();

        application.Log.Entries.Should().BeEmpty();
    }

    private static Func<Task> StartAsync(Action<DomainEventsBuilder> configure, Action<OutboxOptions>? options = null, int stores = 1) => async () =>
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development" });
        for (var i = 0; i < stores; i++)
        {
            var store = new InMemoryStore();
            builder.Services.AddSingleton(store).AddSingleton<IOutboxStore>(store);
        }

        configure(builder.Services.AddDomainEvents().AddOutbox(options));
        using var host = builder.Build();
        await host.StartAsync().Soon();
        await host.StopAsync().Soon();
    };

    [EventType("shop.order-placed")]
    private sealed record AlsoPlaced : DomainEvent;

    [EventType("shop.\u0007bell")]
    private sealed record Unstorable : DomainEvent;

    [EventType(" ")]
    private sealed record Nameless : DomainEvent;

    private record Base : DomainEvent;

    private sealed record Derived : Base;

    private sealed class OfEverything : IEventHandler<IDomainEvent>
    {
        public ValueTask HandleAsync(IDomainEvent domainEvent, CancellationToken cancellationToken) => default;
    }

    private sealed class OfBase : IEventHandler<Base>
    {
        public ValueTask HandleAsync(Base domainEvent, CancellationToken cancellationToken) => default;
    }

    [EventHandler(Name =
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" +
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" +
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" +
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789!")]
    private sealed class LongNamed : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => default;
    }

    [EventHandler(Name = "mail\0")]
    private sealed class ZeroNamed : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) => default;
    }
}
