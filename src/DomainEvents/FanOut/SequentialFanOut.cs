namespace DomainEvents;

/// <summary>Runs one handler after the other.</summary>
internal sealed class SequentialFanOut(bool stopOnFirstFailure) : FanOutStrategy
{
    public override async ValueTask<PublishResult> RunAsync(
        PublishPlan plan, BoundCall[] calls, IDomainEvent domainEvent, CancellationToken cancellationToken)
    {
        FailureList? failures = null;
        for (var i = 0; i < calls.Length; i++)
        {
            try
            {
                await calls[i].InvokeAsync(domainEvent, cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // any failure of a handler is data here
            catch (Exception exception)
#pragma warning restore CA1031
            {
                (failures ??= new FailureList(plan, domainEvent)).Add(i, exception);
                if (stopOnFirstFailure)
                {
                    return failures.ToResult(i + 1);
                }
            }
        }

        return failures?.ToResult(calls.Length) ?? new PublishResult(plan.Success);
    }
}
