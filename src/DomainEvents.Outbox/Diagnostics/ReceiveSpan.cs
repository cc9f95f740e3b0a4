using System.Diagnostics;
using DomainEvents.Outbox.Writing;

namespace DomainEvents.Outbox.Diagnostics;

/// <summary>The span of an event that comes from the outbox: of a trace of its own, linked to the one that the event was published in.</summary>
internal static class ReceiveSpan
{
    public static Activity? Start(OutboxMessage message, EventMetadata? metadata)
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

    /// <summary>What is stored could not be read. The message may quote it; the type does not.</summary>
    public static void Fail(Activity? activity, Exception exception)
    {
        activity?.SetStatus(ActivityStatusCode.Error);
        activity?.SetTag(Telemetry.ErrorTag, exception.GetType().FullName);
    }
}
