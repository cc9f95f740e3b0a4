using System.Diagnostics.Metrics;
using DomainEvents.Transactions;

namespace DomainEvents.Diagnostics;

/// <summary>What the companion measures, on the meter of the core.</summary>
internal static class TransactionTelemetry
{
    private static readonly Counter<long> Transactions = Telemetry.Meter.CreateCounter<long>(
        "domain_events.transactions", "{transaction}", "Transactions of events that ended, by outcome.");

    private static readonly Counter<long> Lost = Telemetry.Meter.CreateCounter<long>(
        "domain_events.lost", "{item}", "Events and callbacks that were still owed when the host's time to shut down was over.");

    public static void CountEnded(EventTransactionState state)
    {
        if (Transactions.Enabled)
        {
            Transactions.Add(1, new KeyValuePair<string, object?>(Telemetry.OutcomeTag, state switch
            {
                EventTransactionState.Committed => "committed",
                EventTransactionState.RolledBack => "rolled_back",
                _ => "in_doubt",
            }));
        }
    }

    public static void CountLost() => Lost.Add(1);
}
