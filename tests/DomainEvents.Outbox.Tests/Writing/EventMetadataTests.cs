using DomainEvents.Outbox.Tests.Relay;
using DomainEvents.Outbox.Writing;
using DomainEvents.TestSupport;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.Tests.Writing;

public sealed class EventMetadataTests
{
    [Fact]
    public async Task What_a_relayed_handler_publishes_is_caused_by_its_event_and_belongs_to_the_first_of_the_chain()
    {
        await using var application = new OutboxApplication(events => events
            .AddEvent<OrderPlaced>().AddEvent<Packed>().AddEvent<OrderShipped>().AddHandler<Pack>().AddHandler<Ship>().AddHandler<SendMail>());
        var placed = new OrderPlaced("Emma");
        await application.Dispatcher.PublishAsync(placed);
        await application.Relay.DrainAsync().Soon();

        var stored = application.Store.Written;
        stored.Select(message => message.EventType).Should().Equal("shop.order-placed", "shop.packed", "shop.order-shipped");
        var (first, second, third) = (EventMetadata.Parse(stored[0].Metadata), EventMetadata.Parse(stored[1].Metadata), EventMetadata.Parse(stored[2].Metadata));
        first?.CausationId.Should().BeNull();
        first?.CorrelationId.Should().BeNull();
        (second!.CausationId, second.CorrelationId).Should().Be((placed.EventId, placed.EventId));
        (third!.CausationId, third.CorrelationId).Should().Be((stored[1].EventId, placed.EventId));
    }

    [Fact]
    public async Task What_is_published_outside_a_handler_has_no_cause()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await application.Relay.DrainAsync().Soon();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Persuasion"));

        application.Store.Written.Select(message => EventMetadata.Parse(message.Metadata)?.CausationId).Should().HaveCount(2).And.OnlyContain(cause => cause == null);
    }

    [EventType("shop.packed")]
    private sealed record Packed(string Book) : DomainEvent;

    private sealed class Pack(IEventDispatcher dispatcher) : IEventHandler<OrderPlaced>
    {
        public async ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken) =>
            await dispatcher.PublishAsync(new Packed(domainEvent.Book), cancellationToken);
    }

    private sealed class Ship(IEventDispatcher dispatcher) : IEventHandler<Packed>
    {
        public async ValueTask HandleAsync(Packed domainEvent, CancellationToken cancellationToken)
        {
            await using var transaction = dispatcher.Begin();
            transaction.Enqueue(new OrderShipped(Guid.NewGuid()));
            await transaction.CommitAsync(cancellationToken);
        }
    }
}
