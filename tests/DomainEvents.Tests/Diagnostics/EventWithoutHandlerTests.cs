using DomainEvents.TestSupport;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Tests;

public sealed class EventWithoutHandlerTests
{
    private readonly RecordingLogger<InMemoryEventBus> _logger = new();
    private readonly InMemoryEventBus _bus;

    public EventWithoutHandlerTests() => _bus = new InMemoryEventBus(logger: _logger);

    [Fact]
    public async Task An_event_that_nobody_handles_is_told_once()
    {
        for (var i = 0; i < 3; i++)
        {
            await _bus.PublishAsync(new NobodyCares());
        }

        var entry = _logger.Entries.Should().ContainSingle().Subject;
        entry.Level.Should().Be(LogLevel.Information);
        entry.EventId.Should().Be(new EventId(1001, "EventWithoutHandler"));
        entry.EventId.Name.Should().Be("EventWithoutHandler");
        entry.Message.Should().Be(
            "DomainEvents.Tests.NobodyCares was published, but no handler is registered for it. This is told once.");
    }

    [Fact]
    public async Task It_stays_told_when_handlers_come_and_go()
    {
        await _bus.PublishAsync(new NobodyCares());
        _bus.On<NobodyCares>(_ => { }).Dispose();
        await _bus.PublishAsync(new NobodyCares());

        _logger.Entries.Should().ContainSingle();
    }

    [Fact]
    public async Task It_is_told_for_each_type()
    {
        await _bus.PublishAllAsync([new NobodyCares(), new OrderShipped()]);

        _logger.Entries.Select(entry => entry.State["EventType"]).Should().Equal(
            "DomainEvents.Tests.NobodyCares", "shop.order-shipped");
    }

    [Fact]
    public async Task A_handler_of_a_base_type_is_somebody()
    {
        _bus.On<IDomainEvent>(_ => { });

        await _bus.PublishAsync(new NobodyCares());

        _logger.Entries.Should().BeEmpty();
    }
}
