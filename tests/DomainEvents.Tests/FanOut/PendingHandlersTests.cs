using DomainEvents.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace DomainEvents.Tests;

/// <summary>Alone, as with a listener in the process the runtime itself throws at a task that is awaited twice.</summary>
[Collection(Alone.Name)]
public sealed class PendingHandlersTests
{
    /// <summary>What was taken from the pool to wait for it was lost, and another one was taken to tell its failure.</summary>
    [Fact]
    public async Task A_first_task_that_cannot_be_waited_for_is_a_failure_of_what_was_rented_to_wait_for_it()
    {
        var settings = new PublishSettings(new ConcurrentFanOut(), TimeProvider.System, NullLogger.Instance);
        var handler = new HandlerLinker(new EventBusOptions(), []).Link(Subscription.Of<OrderPlaced>((_, _) => default, null));
        var plan = new PublishPlan(typeof(OrderPlaced), Occasions.Immediate, [handler], settings);
        var awaited = new ValueTaskOnce();
        awaited.Task.GetAwaiter().OnCompleted(() => { });

        var pending = PendingHandlers.Start(plan, new OrderPlaced(), 0, awaited.Task);

        var result = await pending.WhenAllAsync().Soon();
        result.Failures.Should().ContainSingle().Which.Exception.Should().BeOfType<InvalidOperationException>();
    }
}
