using System.Diagnostics;
using DomainEvents.Outbox.Writing;

namespace DomainEvents.Outbox.Diagnostics;

/// <summary>
/// The span of an event that comes from the outbox: of a trace of its own, linked to the one that the event was published in. Listeners
/// that throw do not change what becomes of the event.
/// </summary>
internal readonly struct ReceiveSpan : IDisposable
{
    private readonly Activity? _activity;

    private ReceiveSpan(Activity? activity) => _activity = activity;

    public static ReceiveSpan Start(OutboxMessage message, EventMetadata? metadata) =>
        Telemetry.Source.HasListeners() ? StartContained(message, metadata) : default;

    /// <summary>What is stored could not be read. The message may quote it; the type does not.</summary>
    public void Fail(Exception exception)
    {
        _activity?.SetStatus(ActivityStatusCode.Error);
        _activity?.SetTag(Telemetry.ErrorTag, exception.GetType().FullName);
    }

    public void Dispose()
    {
        if (_activity is { } activity)
        {
            Log.Contained(activity.Dispose);
        }
    }

    private static ReceiveSpan StartContained(OutboxMessage message, EventMetadata? metadata)
    {
        Activity? activity = null;
        Log.Contained(() => activity = StartActivity(message, metadata));
        return new ReceiveSpan(activity);
    }

    private static Activity? StartActivity(OutboxMessage message, EventMetadata? metadata)
    {
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
