using System.Collections.Concurrent;
using System.Diagnostics;
using DomainEvents.Outbox.Diagnostics;
using DomainEvents.Outbox.Tests.Relay;
using DomainEvents.Outbox.Writing;
using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.Tests.Diagnostics;

[Collection(Alone.Name)]
public sealed class ReceiveSpanTests
{
    [Fact]
    public async Task A_relayed_event_has_a_span_in_a_trace_of_its_own_linked_to_that_of_its_publisher()
    {
        using var spans = new Spans();
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        var placed = new OrderPlaced("Emma") { TenantId = "north" };
        using var publisher = new Activity("publish") { TraceStateString = "vendor=42" };
        publisher.Start();
        await application.Dispatcher.PublishAsync(placed);
        await application.Relay.DrainAsync().Soon();
        Activity.Current.Should().BeSameAs(publisher);

        var span = spans.Named("receive shop.order-placed").Should().ContainSingle().Subject;
        span.Kind.Should().Be(ActivityKind.Consumer);
        span.TraceId.Should().NotBe(publisher.TraceId);
        span.Parent.Should().BeNull();
        span.ParentSpanId.Should().Be(default(ActivitySpanId));
        var link = span.Links.Should().ContainSingle().Subject.Context;
        (link.TraceId, link.SpanId, link.TraceState, link.IsRemote).Should().Be((publisher.TraceId, publisher.SpanId, "vendor=42", true));
        span.TagObjects.Should().BeEquivalentTo(new Dictionary<string, object?>
        {
            ["messaging.system"] = "domain_events",
            ["messaging.operation.name"] = "receive",
            ["messaging.operation.type"] = "receive",
            ["messaging.destination.name"] = "shop.order-placed",
            ["messaging.message.id"] = placed.EventId.ToString(),
            ["messaging.message.conversation_id"] = placed.EventId.ToString(),
            ["domain_events.tenant_id"] = "north",
        });
    }

    [Fact]
    public async Task Handlers_are_children_and_one_that_fails_marks_only_its_own_span()
    {
        using var spans = new Spans();
        await using var application = new OutboxApplication(events =>
        {
            events.Services.AddSingleton(new Failures(1));
            events.AddEvent<OrderPlaced>().AddHandler<SendMail>().AddHandler<SendInvoice>();
        });
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await application.Relay.DrainAsync().Soon();

        var received = spans.Named("receive shop.order-placed").Should().ContainSingle().Subject;
        var handled = spans.Named("process shop.order-placed");
        handled.Should().HaveCount(2).And.OnlyContain(span => span.TraceId == received.TraceId && span.ParentSpanId == received.SpanId);
        handled.Select(span => (span.GetTagItem("messaging.consumer.group.name"), span.Status)).Should().BeEquivalentTo(
            new (object?, ActivityStatusCode)[] { ("mail", ActivityStatusCode.Unset), ("invoice", ActivityStatusCode.Error) });
        received.Status.Should().Be(ActivityStatusCode.Unset);
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_marks_its_span()
    {
        using var spans = new Spans();
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        application.Store.Add(Stored.Event("shop.order-placed", "{\"book\":\"Secret"));
        await application.Relay.DrainAsync().Soon();

        var span = spans.Ended.Should().ContainSingle().Subject;
        (span.DisplayName, span.Status, span.StatusDescription).Should().Be(("receive shop.order-placed", ActivityStatusCode.Error, null));
        span.GetTagItem("error.type").Should().Be("System.InvalidOperationException");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{\"traceparent\":\"no trace\"}")]
    [InlineData("{\"traceparent\":5}")]
    [InlineData("{\"traceparent\":")]
    [InlineData("[]")]
    public async Task An_event_of_no_trace_is_handled_with_no_link(string? metadata)
    {
        using var spans = new Spans();
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        application.Store.Add(Stored.Event("shop.order-placed", "{\"book\":\"Emma\"}") with { Metadata = metadata });
        await application.Relay.DrainAsync().Soon();

        spans.Named("receive shop.order-placed").Should().ContainSingle().Which.Links.Should().BeEmpty();
        application.Journal.Entries.Should().Equal("mail Emma");
    }

    [Fact]
    public async Task A_listener_that_throws_changes_nothing()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "DomainEvents",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => throw new InvalidOperationException(activity.DisplayName),
        };
        ActivitySource.AddActivityListener(listener);
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        application.Store.Add(Stored.Event("shop.order-placed", "{\"book\":\"Emma\"}"));

        (await application.Relay.DrainAsync().Soon()).Should().Be(1);
        (await application.Store.GetStatusAsync()).Should().Be(new OutboxStatus(0, 0, 0, 0, null));
    }

    [Fact]
    public void When_nobody_listens_nothing_is_allocated()
    {
        var message = Stored.Event("shop.order-placed", "{}");
        var metadata = new EventMetadata("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=42", null, null);
        ReceiveSpan.Start(message, metadata).Dispose();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            ReceiveSpan.Start(message, metadata).Dispose();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public async Task When_nobody_listens_a_handler_runs_in_no_span()
    {
        var current = new Activity("none");
        await using var application = new OutboxApplication(events =>
        {
            events.Services.AddSingleton<IEventHandler<OrderPlaced>>(new Looking(() => current = Activity.Current));
            events.AddEvent<OrderPlaced>();
        });
        using var publisher = new Activity("publish").Start();
        await application.Dispatcher.PublishAsync(new OrderPlaced("Emma"));
        await application.Relay.DrainAsync().Soon();

        current.Should().BeNull();
    }

    private sealed class Looking(Action look) : IEventHandler<OrderPlaced>
    {
        public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
        {
            look();
            return default;
        }
    }

    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _ended = [];
        private readonly ActivityListener _listener;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "DomainEvents",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyList<Activity> Ended => [.. _ended];

        public IReadOnlyList<Activity> Named(string name) => [.. _ended.Where(activity => activity.DisplayName == name)];

        public void Dispose() => _listener.Dispose();
    }
}
