namespace DomainEvents;

/// <summary>The rest of a handler call, as an <see cref="IEventMiddleware"/> sees it. May be called several times.</summary>
/// <param name="context">The context to go on with: the one received, or another with a replaced event or services.</param>
/// <param name="cancellationToken">Reaches the handler.</param>
public delegate ValueTask EventHandlerDelegate(EventHandlerContext context, CancellationToken cancellationToken);
