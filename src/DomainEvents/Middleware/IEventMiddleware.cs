namespace DomainEvents;

/// <summary>Wraps each single handler call: for tracing, retries, unit-of-work scopes and the like.</summary>
/// <remarks>One instance serves all calls, concurrently: it must be thread-safe. A throw counts as the handler's failure.</remarks>
public interface IEventMiddleware
{
    /// <summary>Runs around one call.</summary>
    /// <param name="context">The event, the handler and the services of this call.</param>
    /// <param name="next">The rest of the call. Not calling it skips the handler, which then counts as having succeeded.</param>
    /// <param name="cancellationToken">To be passed on to <paramref name="next"/>.</param>
    ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken);
}
