using System.Diagnostics;
using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class HandlerSpanTests : IDisposable
{
    private readonly Spans _spans = new();

    public void Dispose() => _spans.Dispose();

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task Each_handler_call_is_a_span_of_its_own_under_that_of_the_publisher(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        bus.On<OrderShipped>(_ => { }, "a");
        bus.OnAsync<OrderShipped>(async (_, _) => await Task.Yield(), "b");

        await bus.PublishAsync(new OrderShipped()).Soon();

        _spans.Ended.Should().HaveCount(2).And.OnlyContain(span =>
            span.DisplayName == "process shop.order-shipped"
            && span.ParentSpanId == _spans.Root.SpanId
            && span.Status == ActivityStatusCode.Unset);
        _spans.Ended.Select(Handler).Should().BeEquivalentTo("a", "b");
        Activity.Current.Should().BeSameAs(_spans.Root);
    }

    [Fact]
    public async Task A_span_carries_the_messaging_attributes_and_no_payload()
    {
        var bus = new InMemoryEventBus();
        bus.On<OrderShipped>(_ => { }, "mail");
        var shipped = new OrderShipped("10 Secret Street");

        await bus.PublishAsync(shipped);

        var span = _spans.Ended.Should().ContainSingle().Subject;
        span.Source.Name.Should().Be("DomainEvents");
        span.TagObjects.Should().BeEquivalentTo(new Dictionary<string, object?>
        {
            ["messaging.system"] = "domain_events",
            ["messaging.operation.name"] = "process",
            ["messaging.operation.type"] = "process",
            ["messaging.destination.name"] = "shop.order-shipped",
            ["messaging.message.id"] = shipped.EventId.ToString(),
            ["messaging.consumer.group.name"] = "mail",
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_marks_its_span_with_the_type_of_the_exception_only(bool synchronously)
    {
        var bus = new InMemoryEventBus();
        bus.OnAsync<OrderShipped>(
            async (it, _) =>
            {
                if (!synchronously)
                {
                    await Task.Yield();
                }

                throw new InvalidOperationException(it.Address);
            },
            "mail");
        bus.On<OrderShipped>(_ => { }, "stock");

        var result = await bus.PublishAsync(new OrderShipped()).Soon();

        result.Failures.Should().ContainSingle();
        var failed = _spans.Ended.Single(span => Handler(span) == "mail");
        failed.Status.Should().Be(ActivityStatusCode.Error);
        failed.StatusDescription.Should().BeNull("the message may quote the payload");
        failed.GetTagItem("error.type").Should().Be("System.InvalidOperationException");
        failed.Events.Should().BeEmpty();
        _spans.Ended.Single(span => Handler(span) == "stock").Status.Should().Be(ActivityStatusCode.Unset);
    }

    [Fact]
    public async Task Spans_of_events_published_by_handlers_hang_under_the_span_of_the_handler()
    {
        var bus = new InMemoryEventBus();
        bus.On<OrderCancelled>(_ => { }, "inner");
        bus.OnAsync<OrderPlaced>(async (_, token) => await bus.PublishAsync(new OrderCancelled(), token), "outer");

        await bus.PublishAsync(new OrderPlaced());

        var (inner, outer) = (_spans.Ended.Single(span => Handler(span) == "inner"), _spans.Ended.Single(span => Handler(span) == "outer"));
        inner.ParentSpanId.Should().Be(outer.SpanId);
        outer.ParentSpanId.Should().Be(_spans.Root.SpanId);
    }

    [Fact]
    public async Task A_span_that_only_propagates_gets_no_attributes()
    {
        _spans.Dispose();
        using var spans = new Spans(ActivitySamplingResult.PropagationData);
        var bus = new InMemoryEventBus();
        bus.On<OrderPlaced>(_ => { });

        await bus.PublishAsync(new OrderPlaced());

        spans.Ended.Should().ContainSingle().Which.TagObjects.Should().BeEmpty();
    }

    [Fact]
    public async Task A_handler_sees_its_span_as_the_current_activity()
    {
        var bus = new InMemoryEventBus();
        Activity? current = null;
        bus.On<OrderPlaced>(_ => current = Activity.Current);

        await bus.PublishAsync(new OrderPlaced());

        current.Should().BeSameAs(_spans.Ended.Single());
    }

    private static string? Handler(Activity span) => span.GetTagItem("messaging.consumer.group.name") as string;
}
