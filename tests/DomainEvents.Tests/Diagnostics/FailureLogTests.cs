using DomainEvents.TestSupport;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Tests;

public sealed class FailureLogTests
{
    private readonly RecordingLogger<InMemoryEventBus> _logger = new();

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task Each_failure_is_logged_once_and_never_with_the_payload(FanOut fanOut, int? maxConcurrency)
    {
        var bus = new InMemoryEventBus(new EventBusOptions { FanOut = fanOut, MaxConcurrency = maxConcurrency }, _logger);
        var cause = new InvalidOperationException("bounced");
        bus.On<OrderShipped>(_ => { }, "fine");
        bus.OnAsync<OrderShipped>(
            async (_, _) =>
            {
                await Task.Yield();
                throw cause;
            },
            "mail");
        var shipped = new OrderShipped("10 Secret Street");

        await bus.PublishAsync(shipped).Soon();

        var entry = _logger.Entries.Should().ContainSingle().Subject;
        entry.Level.Should().Be(LogLevel.Error);
        entry.EventId.Should().Be(new EventId(1000, "EventHandlerFailed"));
        entry.EventId.Name.Should().Be("EventHandlerFailed");
        entry.Exception.Should().BeSameAs(cause);
        entry.Message.Should().Be($"Event handler mail failed on shop.order-shipped {shipped.EventId}.");
        entry.State["Handler"].Should().Be("mail");
        entry.State["EventType"].Should().Be("shop.order-shipped");
        entry.State["EventId"].Should().Be(shipped.EventId);
        entry.State.Values.Should().NotContain(value => $"{value}".Contains(shipped.Address) || ReferenceEquals(value, shipped));
    }

    [Fact]
    public async Task Two_failures_are_two_entries()
    {
        var bus = new InMemoryEventBus(logger: _logger);
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException(), "a");
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException(), "b");

        await bus.PublishAllAsync([new OrderPlaced(), new OrderPlaced()]);

        _logger.Entries.Select(entry => entry.State["Handler"]).Should().Equal("a", "b", "a", "b");
    }

    [Fact]
    public async Task A_success_is_not_worth_a_word()
    {
        var bus = new InMemoryEventBus(logger: _logger);
        bus.On<OrderPlaced>(_ => { });

        await bus.PublishAsync(new OrderPlaced());

        _logger.Entries.Should().BeEmpty();
    }

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task A_logger_that_throws_is_contained(FanOut fanOut, int? maxConcurrency)
    {
        _logger.Provider.OnLog = _ => throw new InvalidOperationException("disk full");
        var bus = new InMemoryEventBus(new EventBusOptions { FanOut = fanOut, MaxConcurrency = maxConcurrency }, _logger);
        var ran = 0;
        bus.OnAsync<OrderPlaced>(async (_, _) =>
        {
            await Task.Yield();
            Interlocked.Increment(ref ran);
        });
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException("handler"));

        var result = await bus.PublishAsync(new OrderPlaced()).Soon();

        result.Failures.Should().ContainSingle().Which.Exception.Message.Should().Be("handler");
        ran.Should().Be(1);
        (await bus.PublishAsync(new NobodyCares())).Succeeded.Should().BeTrue();
        _logger.Entries.Should().HaveCount(2, "it was asked both times");
    }

    [Fact]
    public async Task Without_a_logger_failures_are_in_the_result_only()
    {
        var bus = new InMemoryEventBus();
        bus.On<OrderPlaced>(_ => throw new InvalidOperationException());

        (await bus.PublishAsync(new OrderPlaced())).Failures.Should().ContainSingle();
    }
}
