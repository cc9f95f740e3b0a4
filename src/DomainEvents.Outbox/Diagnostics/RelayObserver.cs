using DomainEvents.Outbox.Relay;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Outbox.Diagnostics;

/// <summary>Measures and tells what a relay does. Loggers and listeners that throw do not stop it. For one loop, not thread-safe.</summary>
internal sealed class RelayObserver(ILogger logger, TimeProvider time, StoreFailureLog failures)
{
    private readonly DeliveryLog _deliveries = new(logger, time);

    public void Renewed(RelayLease lease)
    {
        failures.Succeeded(StoreCalls.Membership);
        Log.Contained(() =>
        {
            OutboxTelemetry.CountLeases(lease);
            _deliveries.Leased(lease);
        });
    }

    public void Exchanged(OutboxExchange request, OutboxExchangeResult result)
    {
        failures.Succeeded(StoreCalls.Exchange);
        Log.Contained(() => OutboxTelemetry.CountAcknowledged(request, result));
        Log.Contained(() => _deliveries.Exchanged(request, result));
    }

    /// <summary>Handlers have ended, and it is to be acknowledged.</summary>
    public void Handled(OutboxMessage message, IReadOnlyList<HandlerOutcome> outcomes)
    {
        for (var i = 0; i < outcomes.Count; i++)
        {
            if (outcomes[i].Error is not null)
            {
                _deliveries.Failed(message, outcomes[i].Handler);
            }
        }
    }

    public void Lost(IReadOnlyCollection<OwnedPartition> partitions)
    {
        if (partitions.Count > 0)
        {
            _deliveries.Lost(partitions);
            Log.Contained(() => OutboxLog.LeaseLost(logger, partitions.Count));
            Log.Contained(() => OutboxTelemetry.CountLost(partitions.Count));
        }
    }

    public void Failed(RelayCommand command, Exception exception) =>
        failures.Failed(command is RelayCommand.Exchange ? StoreCalls.Exchange : StoreCalls.Membership, exception);

    public void Ended(Exception? exception)
    {
        Log.Contained(() => _deliveries.TellRest(isLast: true));
        if (exception is not null)
        {
            Log.Contained(() => OutboxLog.RelayFailed(logger, exception));
        }
    }

    public void Cut(int events) => Log.Contained(() => OutboxLog.ShutdownCut(logger, events));
}
