using DomainEvents.Outbox.Diagnostics;
using DomainEvents.Outbox.Serialization;
using DomainEvents.Outbox.Writing;

namespace DomainEvents.Outbox.Relay;

/// <summary>Hands one stored event to its handlers.</summary>
internal sealed class EventDelivery(InMemoryEventBus bus, RelayedEvents events, EventSerializer serializer)
{
    /// <summary>Never throws.</summary>
    /// <returns>What came of each handler; <see langword="null"/> if they were cancelled.</returns>
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
#pragma warning disable CA1031 // a listener of telemetry, for instance: it is tried again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return cancellationToken.IsCancellationRequested ? null : Failed(command, exception, isFinal: false);
        }
    }

    private async ValueTask<IReadOnlyList<HandlerOutcome>?> DeliverAsync(RelayCommand.Handle command, CancellationToken cancellationToken)
    {
        var message = command.Entry.Message;
        var metadata = EventMetadata.Parse(message.Metadata);
        HandledEvent.Current = new HandledEvent(message.EventId, metadata?.CorrelationId ?? message.EventId);
        using var activity = ReceiveSpan.Start(message, metadata);
        IDomainEvent domainEvent;
        try
        {
            domainEvent = serializer.Read(message, command.Entry.Damage);
        }
        catch (InvalidOperationException exception)
        {
            // No attempt changes what is stored; a deployment that can read it, and a requeue, may.
            ReceiveSpan.Fail(activity, exception);
            return Failed(command, exception, isFinal: true);
        }

        var relayed = events[message.EventType];
        var plan = relayed.PlanFor(command.Handlers);
        var result = await bus.PublishAsync(plan, domainEvent, cancellationToken).ConfigureAwait(false);
        return cancellationToken.IsCancellationRequested && !result.Succeeded ? null : relayed.OutcomesOf(plan, result);
    }

    private static HandlerOutcome[] Failed(RelayCommand.Handle command, Exception exception, bool isFinal)
    {
        var error = ErrorText.Of(exception);
        return [.. command.Handlers.Select(handler => new HandlerOutcome(handler, error, isFinal))];
    }
}
