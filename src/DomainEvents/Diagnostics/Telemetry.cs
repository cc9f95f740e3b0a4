using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace DomainEvents;

/// <summary>
/// The <see cref="ActivitySource"/> and the <see cref="Meter"/> named <c>DomainEvents</c>. Attribute names follow the
/// OpenTelemetry semantic conventions for messaging where these have one.
/// </summary>
internal static class Telemetry
{
    public const string Name = "DomainEvents";

    public const string EventTypeTag = "messaging.destination.name";
    public const string EventIdTag = "messaging.message.id";
    public const string HandlerTag = "messaging.consumer.group.name";
    public const string SystemTag = "messaging.system";
    public const string OperationTag = "messaging.operation.name";
    public const string OperationTypeTag = "messaging.operation.type";
    public const string ErrorTag = "error.type";
    public const string OutcomeTag = "domain_events.outcome";

    private static readonly string? Version = typeof(Telemetry).Assembly.GetName().Version?.ToString(3);

    public static ActivitySource Source { get; } = new(Name, Version);

    public static Meter Meter { get; } = new(Name, Version);

    public static Counter<long> Published { get; } = Meter.CreateCounter<long>(
        "domain_events.published", "{event}", "Events that were published to at least one handler, at once or after a commit, by event type.");

    public static Counter<long> Handled { get; } = Meter.CreateCounter<long>(
        "domain_events.handled", "{call}", "Handler calls that ended, by event type, handler and outcome.");

    public static Histogram<double> Duration { get; } = Meter.CreateHistogram<double>(
        "domain_events.handler.duration", "s", "How long handler calls took, by event type, handler and outcome.");

    /// <summary>Whether anything of a publish is to be observed. Nothing is computed when it is not.</summary>
    public static bool IsListenedTo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Source.HasListeners() || Duration.Enabled || Handled.Enabled || Published.Enabled;
    }

    public static void CountPublished(PublishPlan plan)
    {
        if (plan.IsPublication)
        {
            Published.Add(1, new KeyValuePair<string, object?>(EventTypeTag, plan.EventType));
        }
    }
}
