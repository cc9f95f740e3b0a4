namespace DomainEvents;

/// <summary>Wraps a handler: time-out, then services, then middleware, then the handler itself. What is not used costs nothing.</summary>
internal sealed class HandlerLinker(EventBusOptions options, IEnumerable<IEventMiddleware> moreMiddleware)
{
    private readonly IEventMiddleware[] _middleware = options.Middleware.Contains(null!)
        ? throw new ArgumentException("EventBusOptions.Middleware contains null.", nameof(options))
        : [.. options.Middleware, .. moreMiddleware];

    private readonly HandlerTimeout? _timeout = options.HandlerTimeout is { } limit
        ? new HandlerTimeout(limit, options.TimeProvider)
        : null;

    public HandlerLinker With(IEnumerable<IEventMiddleware> middleware) => new(options, middleware);

    public LinkedHandler Link(HandlerRegistration registration)
    {
        ServicesCall callWith = _middleware.Length == 0 ? registration.InvokeAsync : WithMiddleware(registration);
        var call = (_middleware.Length == 0 ? registration.DirectCall : null) ?? registration.OpenServices(callWith);
        if (_timeout is null)
        {
            return new LinkedHandler(registration, call, callWith);
        }

        var descriptor = registration.Descriptor;
        ServicesCall callAlone = (domainEvent, _, token) => call(domainEvent, token);
        return new LinkedHandler(
            registration,
            (domainEvent, token) => _timeout.InvokeAsync(callAlone, descriptor, domainEvent, null, token),
            (domainEvent, services, token) => _timeout.InvokeAsync(callWith, descriptor, domainEvent, services, token));
    }

    private ServicesCall WithMiddleware(HandlerRegistration registration)
    {
        var descriptor = registration.Descriptor;
        EventHandlerDelegate pipeline = (context, token) =>
            descriptor.EventType.IsInstanceOfType(context.Event)
                ? registration.InvokeAsync(context.Event, context.Services, token)
                : throw new InvalidOperationException(
                    $"A middleware handed {EventTypeName.Of(context.Event.GetType())} to {descriptor.Name}, which handles " +
                    $"{TypeNames.FullName(descriptor.EventType)}. Pass on the event, or one of the same type.");

        for (var i = _middleware.Length - 1; i >= 0; i--)
        {
            var (middleware, next) = (_middleware[i], pipeline);
            pipeline = (context, token) => middleware.InvokeAsync(context, next, token);
        }

        return (domainEvent, services, token) =>
            pipeline(new EventHandlerContext(domainEvent, descriptor, services), token);
    }
}
