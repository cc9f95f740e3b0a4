using System.Diagnostics.Metrics;

namespace DomainEvents.Outbox.Diagnostics;

/// <summary>What the outbox counts, on the meter of the core.</summary>
internal static class OutboxTelemetry
{
    private static readonly Counter<long> Relayed = Telemetry.Meter.CreateCounter<long>(
        "domain_events.outbox.relayed", "{event}", "Events that have left the outbox.");

    private static readonly Counter<long> Retries = Telemetry.Meter.CreateCounter<long>(
        "domain_events.outbox.retries", "{delivery}", "Deliveries that failed and are to be tried again, by handler.");

    private static readonly Counter<long> DeadLetters = Telemetry.Meter.CreateCounter<long>(
        "domain_events.outbox.dead_letters", "{delivery}", "Deliveries that failed for the last time, by handler.");

    private static readonly Counter<long> LeaseChanges = Telemetry.Meter.CreateCounter<long>(
        "domain_events.outbox.lease_changes", "{partition}", "Partitions that a relay has taken over, or has lost, by outcome.");

    private static readonly KeyValuePair<string, object?> Acquired = new(Telemetry.OutcomeTag, "acquired");

    private static readonly KeyValuePair<string, object?> Lost = new(Telemetry.OutcomeTag, "lost");

    public static void CountAcknowledged(OutboxExchange request, OutboxExchangeResult result)
    {
        if (request.Acknowledgements.Count == 0 || (!Relayed.Enabled && !Retries.Enabled && !DeadLetters.Enabled))
        {
            return;
        }

        var relayed = 0;
        foreach (var acknowledgement in request.Acknowledgements.Where(acknowledgement => !result.Lost.Contains(acknowledgement.Partition)))
        {
            relayed += acknowledgement.Handler is null ? 1 : 0;
            foreach (var left in acknowledgement.Left)
            {
                // What was only cancelled has no error.
                var counter = left.State switch { DeliveryState.Due when left.Error is not null => Retries, DeliveryState.Dead => DeadLetters, _ => null };
                counter?.Add(1, new KeyValuePair<string, object?>(Telemetry.HandlerTag, left.Handler));
            }
        }

        if (relayed > 0)
        {
            Relayed.Add(relayed);
        }
    }

    public static void CountLeases(RelayLease lease)
    {
        if (LeaseChanges.Enabled && lease.Partitions.Count(partition => partition.IsNew) is > 0 and var taken)
        {
            LeaseChanges.Add(taken, Acquired);
        }
    }

    public static void CountLost(int partitions) => LeaseChanges.Add(partitions, Lost);
}
