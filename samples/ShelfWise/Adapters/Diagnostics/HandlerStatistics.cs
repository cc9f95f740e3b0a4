using System.Collections.Concurrent;
using System.Diagnostics;
using DomainEvents;

namespace ShelfWise.Adapters.Diagnostics;

/// <summary>Counts and times every handler call: a middleware sees them all, before and after the commit.</summary>
internal sealed class HandlerStatistics : IEventMiddleware
{
    private readonly ConcurrentDictionary<string, HandlerCalls> _handlers = [];
    private readonly ConcurrentDictionary<(string Handler, Guid EventId), int> _failures = [];

    public HandlerCalls Of(string handlerName) => _handlers.GetOrAdd(handlerName, _ => new HandlerCalls());

    /// <summary>How often a handler has failed with an event, for those that ever did.</summary>
    public IReadOnlyDictionary<(string Handler, Guid EventId), int> Failures => _failures;

    public async ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken)
    {
        var calls = Of(context.Handler.Name);
        var start = Stopwatch.GetTimestamp();
        var succeeded = false;
        try
        {
            await next(context, cancellationToken);
            succeeded = true;
        }
        finally
        {
            calls.Add(succeeded, Stopwatch.GetElapsedTime(start));
            if (!succeeded)
            {
                _failures.AddOrUpdate((context.Handler.Name, context.Event.EventId), 1, (_, failures) => failures + 1);
            }
        }
    }
}
