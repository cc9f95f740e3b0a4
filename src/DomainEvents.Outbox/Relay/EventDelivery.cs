using DomainEvents.Outbox.Diagnostics;
using DomainEvents.Outbox.Serialization;
using DomainEvents.Outbox.Writing;

namespace DomainEvents.Outbox.Relay;

/// <summary>Hands one stored event to its handlers.</summary>
/// <param name="bus">Runs them.</param>
/// <param name="events">Which there are.</param>
/// <param name="serializer">Reads what is stored.</param>
/// <param name="isContainerGone">Whether handlers can fail for no other reason than that what they need is disposed of.</param>
internal sealed class EventDelivery(InMemoryEventBus bus, RelayedEvents events, EventSerializer serializer, Func<bool> isContainerGone)
{
    /// <summary>Whether handlers are known to get nothing from the container any more: no call of theirs can be told from a failure.</summary>
    public bool IsContainerGone { get; private set; }

    /// <summary>Never throws.</summary>
    /// <returns>What came of each handler; <see langword="null"/> if all were cancelled.</returns>
    public async ValueTask<IReadOnlyList<HandlerOutcome>?> RunAsync(RelayCommand.Handle command, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        try
        {
            return await DeliverAsync(command, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever it is, it is tried again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return IsCancelled(cancellationToken) ? null : Failed(command, exception, isFinal: false);
        }
    }

    private async ValueTask<IReadOnlyList<HandlerOutcome>?> DeliverAsync(RelayCommand.Handle command, CancellationToken cancellationToken)
    {
        var message = command.Entry.Message;
        var metadata = EventMetadata.Parse(message.Metadata);
        HandledEvent.Current = new HandledEvent(message.EventId, metadata?.CorrelationId ?? message.EventId);
        using var span = ReceiveSpan.Start(message, metadata);
        IDomainEvent domainEvent;
        try
        {
            domainEvent = serializer.Read(message, command.Entry.Damage);
        }
        catch (InvalidOperationException exception)
        {
            // No attempt changes what is stored; a deployment that can read it, and a requeue, may.
            span.Fail(exception);
            return Failed(command, exception, isFinal: true);
        }

        var relayed = events[message.EventType];
        var plan = relayed.PlanFor(command.Handlers);
        var result = await bus.PublishAsync(plan, domainEvent, cancellationToken).ConfigureAwait(false);
        return relayed.OutcomesOf(plan, result, isCancelled: !result.Succeeded && IsCancelled(cancellationToken));
    }

    private bool IsCancelled(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return true;
        }

        if (isContainerGone())
        {
            IsContainerGone = true;
        }

        return IsContainerGone;
    }

    private static HandlerOutcome[] Failed(RelayCommand.Handle command, Exception exception, bool isFinal)
    {
        var error = ErrorText.Of(exception);
        return [.. command.Handlers.Select(handler => new HandlerOutcome(handler, error, isFinal))];
    }
}
