namespace DomainEvents;

/// <summary>The failures of one publish: collected as they come, told at once, returned in handler order. Thread-safe.</summary>
internal sealed class FailureList(PublishPlan plan, IDomainEvent domainEvent)
{
    private readonly List<(int Index, Exception Exception)> _failures = [];

    public void Add(int handlerIndex, Exception exception)
    {
        lock (_failures)
        {
            _failures.Add((handlerIndex, exception));
        }

        Log.Contained(() => Log.EventHandlerFailed(
            plan.Settings.Logger, exception, Descriptor(handlerIndex).Name, plan.EventType, domainEvent.EventId));
    }

    public PublishResult ToResult(int handlerCount)
    {
        lock (_failures)
        {
            HandlerFailure[] inOrder =
            [
                .. _failures
                    .OrderBy(failure => failure.Index)
                    .Select(failure => new HandlerFailure(domainEvent, Descriptor(failure.Index), failure.Exception)),
            ];
            return new PublishResult(PublishOutcome.Of(handlerCount, inOrder));
        }
    }

    private HandlerDescriptor Descriptor(int index) => plan.Handlers[index].Registration.Descriptor;
}
