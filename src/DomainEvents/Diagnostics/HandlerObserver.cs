using System.Diagnostics;

namespace DomainEvents;

/// <summary>Gives the calls of one handler for one event type a span, a count and a duration. Listeners that throw do not make it fail.</summary>
internal sealed class HandlerObserver(PublishPlan plan, HandlerDescriptor handler)
{
    private readonly string _spanName = $"process {plan.EventType}";

    public HandlerCall Around(HandlerCall call) => (domainEvent, token) => ObserveAsync(call, domainEvent, token);

    public async ValueTask ObserveAsync(HandlerCall call, IDomainEvent domainEvent, CancellationToken cancellationToken)
    {
        Activity? activity = null;
        Log.Contained(() => activity = StartActivity(domainEvent));
        var started = Telemetry.Duration.Enabled ? plan.Settings.TimeProvider.GetTimestamp() : (long?)null;
        try
        {
            await call(domainEvent, cancellationToken).ConfigureAwait(false);
            Log.Contained(() => End(activity, started, null));
        }
        catch (Exception exception)
        {
            Log.Contained(() => End(activity, started, exception));
            throw;
        }
    }

    private void End(Activity? activity, long? started, Exception? exception)
    {
        using (activity)
        {
            if (exception is not null)
            {
                // The message may quote the payload; the type does not.
                activity?.SetStatus(ActivityStatusCode.Error);
                activity?.SetTag(Telemetry.ErrorTag, exception.GetType().FullName);
            }

            Record(started, exception);
        }
    }

    private Activity? StartActivity(IDomainEvent domainEvent)
    {
        var activity = Telemetry.Source.StartActivity(_spanName);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(Telemetry.SystemTag, "domain_events");
            activity.SetTag(Telemetry.OperationTag, "process");
            activity.SetTag(Telemetry.OperationTypeTag, "process");
            activity.SetTag(Telemetry.EventTypeTag, plan.EventType);
            activity.SetTag(Telemetry.EventIdTag, domainEvent.EventId.ToString());
            activity.SetTag(Telemetry.HandlerTag, handler.Name);
        }

        return activity;
    }

    private void Record(long? started, Exception? exception)
    {
        var tags = new TagList
        {
            { Telemetry.EventTypeTag, plan.EventType },
            { Telemetry.HandlerTag, handler.Name },
            { Telemetry.OutcomeTag, Outcome(exception) },
        };
        if (exception is not null)
        {
            tags.Add(Telemetry.ErrorTag, exception.GetType().FullName);
        }

        Telemetry.Handled.Add(1, tags);
        if (started is { } start)
        {
            Telemetry.Duration.Record(plan.Settings.TimeProvider.GetElapsedTime(start).TotalSeconds, tags);
        }
    }

    private static string Outcome(Exception? exception) => exception switch
    {
        null => "success",
        TimeoutException => "timeout",
        OperationCanceledException => "cancelled",
        _ => "failure",
    };
}
