using System.Collections.Frozen;
using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DomainEvents.Outbox.Operations;

/// <summary>Whether the store can be reached, and whether events are relayed in time.</summary>
internal sealed class OutboxHealthCheck(IOutboxInspector inspector, TimeSpan degradedAfter) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        OutboxStatus status;
        try
        {
            // A store may look at its token too late.
            status = await inspector.GetStatusAsync(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The store of the outbox cannot be reached.", exception);
        }

        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["pending"] = status.Pending,
            ["retrying"] = status.Retrying,
            ["dead"] = status.Dead,
            ["parked"] = status.Parked,
        }.ToFrozenDictionary();
        return status.OldestPendingAge is { } age && age > degradedAfter
            ? HealthCheckResult.Degraded(string.Create(
                CultureInfo.InvariantCulture, $"The oldest of {status.Pending} pending event(s) has waited for {age}, which is more than {degradedAfter}."), data: data)
            : HealthCheckResult.Healthy(data: data);
    }
}
