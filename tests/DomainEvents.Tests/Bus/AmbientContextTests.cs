using System.Collections.Concurrent;
using System.Diagnostics;
using DomainEvents.TestSupport;

namespace DomainEvents.Tests;

public sealed class AmbientContextTests
{
    private static readonly AsyncLocal<string?> Tenant = new();

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task Async_locals_flow_in_and_what_a_handler_changes_leaks_nowhere(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var seen = new ConcurrentBag<string?>();
        for (var i = 0; i < 4; i++)
        {
            bus.OnAsync<OrderPlaced>(
                async (_, _) =>
                {
                    seen.Add(Tenant.Value);
                    Tenant.Value = "changed before the first await";
                    await Task.Yield();
                    Tenant.Value = "changed behind it";
                },
                order: i / 2);
        }

        Tenant.Value = "acme";
        await bus.PublishAsync(new OrderPlaced());

        seen.Should().HaveCount(4).And.OnlyContain(tenant => tenant == "acme");
        Tenant.Value.Should().Be("acme");
    }

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task The_current_activity_flows_in_and_what_a_handler_starts_leaks_nowhere(FanOut fanOut, int? maxConcurrency)
    {
        using var request = new Activity("request").Start();
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var seen = new ConcurrentBag<string?>();
        for (var i = 0; i < 3; i++)
        {
            bus.OnAsync<OrderPlaced>(async (_, _) =>
            {
                // With a listener around, the bus puts a span of its own between.
                var current = Activity.Current;
                seen.Add(current == request ? current.Id : current?.ParentId);
                _ = new Activity("left open by the handler").Start();
                await Task.Yield();
            });
        }

        await bus.PublishAsync(new OrderPlaced());

        seen.Should().HaveCount(3).And.OnlyContain(id => id == request.Id);
        Activity.Current.Should().BeSameAs(request);
    }

    [Fact]
    public async Task A_late_failure_is_logged_in_the_context_of_the_publisher()
    {
        var logger = new RecordingLogger<InMemoryEventBus>();
        string? tenantOfTheLog = null;
        logger.Provider.OnLog = _ => tenantOfTheLog = Tenant.Value;
        var bus = new InMemoryEventBus(logger: logger);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.OnAsync<OrderPlaced>(async (_, _) =>
        {
            Tenant.Value = "the handler's";
            await goOn.Task;
            throw new InvalidOperationException();
        });

        Tenant.Value = "the publisher's";
        var publish = bus.PublishAsync(new OrderPlaced());
        Tenant.Value = "somebody else's";
        goOn.SetResult();
        await publish.Soon();

        tenantOfTheLog.Should().Be("the publisher's");
    }

    [Theory]
    [ClassData(typeof(EveryFanOut))]
    public async Task A_publisher_that_suppresses_the_flow_gets_its_failures_all_the_same(FanOut fanOut, int? maxConcurrency)
    {
        var bus = EveryFanOut.Bus(fanOut, maxConcurrency);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.OnAsync<OrderPlaced>(async (_, _) =>
        {
            await goOn.Task;
            throw new InvalidOperationException("late");
        });

        Task<PublishResult> publish;
        using (ExecutionContext.SuppressFlow())
        {
            publish = bus.PublishAsync(new OrderPlaced()).AsTask();
        }

        goOn.SetResult();

        (await publish.Soon()).Failures.Single().Exception.Message.Should().Be("late");
    }
}
