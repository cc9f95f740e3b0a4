using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DomainEvents.Diagnostics;
using DomainEvents.Transactions;

namespace DomainEvents.Tests.Companion;

public class TransactionTelemetryTests
{
    [Fact]
    public void Ended_transactions_are_counted_by_outcome()
    {
        var outcomes = new ConcurrentQueue<object?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Meter.Name: "DomainEvents", Name: "domain_events.transactions" })
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
            outcomes.Enqueue(tags.ToArray().Should().ContainSingle().Which));
        listener.Start();

        TransactionTelemetry.CountEnded(EventTransactionState.Committed);
        TransactionTelemetry.CountEnded(EventTransactionState.RolledBack);
        TransactionTelemetry.CountEnded(EventTransactionState.InDoubt);

        outcomes.Should().Contain(
        [
            KeyValuePair.Create("domain_events.outcome", (object?)"committed"),
            KeyValuePair.Create("domain_events.outcome", (object?)"rolled_back"),
            KeyValuePair.Create("domain_events.outcome", (object?)"in_doubt"),
        ]);
    }
}
