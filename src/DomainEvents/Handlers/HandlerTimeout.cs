namespace DomainEvents;

/// <summary>Ends a handler's patience: cancels its token when the time is over and makes the call a failure.</summary>
internal sealed class HandlerTimeout(TimeSpan limit, TimeProvider timeProvider)
{
    public async ValueTask InvokeAsync(
        ServicesCall call,
        HandlerDescriptor handler,
        IDomainEvent domainEvent,
        IServiceProvider? services,
        CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await call(domainEvent, services, either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (timeout.IsCancellationRequested)
        {
            throw TimedOut(handler, exception);
        }

        if (timeout.IsCancellationRequested)
        {
            throw TimedOut(handler, null);
        }
    }

    private TimeoutException TimedOut(HandlerDescriptor handler, Exception? cause) =>
        new($"{handler.Name} took longer than EventBusOptions.HandlerTimeout ({limit}) allows.", cause);
}
