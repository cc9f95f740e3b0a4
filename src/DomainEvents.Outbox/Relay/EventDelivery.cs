using System.Diagnostics;
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
        var message = command.Entry.Message;
        IDomainEvent domainEvent;
        try
        {
            domainEvent = command.Entry.Damage is { } damage
                ? throw new InvalidOperationException($"The stored event cannot be read: {damage}")
                : serializer.Read(message);
        }
        catch (InvalidOperationException exception)
        {
            // No attempt changes what is stored; a deployment that can read it, and a requeue, may.
            return [.. command.Handlers.Select(handler => new HandlerOutcome(handler, ErrorText.Of(exception), IsFinal: true))];
        }

        var metadata = EventMetadata.Parse(message.Metadata);
        HandledEvent.Current = new HandledEvent(message.EventId, metadata?.CorrelationId ?? message.EventId);
        using var activity = StartActivity(message, metadata);
        var relayed = events[message.EventType];
        var plan = relayed.PlanFor(command.Handlers);
        var result = await bus.PublishAsync(plan, domainEvent, cancellationToken).ConfigureAwait(false);
        return cancellationToken.IsCancellationRequested && !result.Succeeded ? null : relayed.OutcomesOf(plan, result);
    }

    /// <summary>Of a trace of its own, linked to the one that the event was published in.</summary>
    private static Activity? StartActivity(OutboxMessage message, EventMetadata? metadata)
    {
        if (!Telemetry.Source.HasListeners())
        {
            return null;
        }

        ActivityLink[] links = ActivityContext.TryParse(metadata?.TraceParent, metadata?.TraceState, isRemote: true, out var publisher) ? [new ActivityLink(publisher)] : [];
        var activity = Telemetry.Source.StartActivity($"receive {message.EventType}", ActivityKind.Consumer, parentContext: default, links: links);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(Telemetry.SystemTag, "domain_events");
            activity.SetTag(Telemetry.OperationTag, "receive");
            activity.SetTag(Telemetry.OperationTypeTag, "receive");
            activity.SetTag(Telemetry.EventTypeTag, message.EventType);
            activity.SetTag(Telemetry.EventIdTag, message.EventId.ToString());
            activity.SetTag("messaging.message.conversation_id", (metadata?.CorrelationId ?? message.EventId).ToString());
            activity.SetTag("domain_events.causation_id", metadata?.CausationId?.ToString());
            activity.SetTag("domain_events.tenant_id", message.TenantId);
        }

        return activity;
    }
}
