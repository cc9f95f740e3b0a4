using System.Collections.Concurrent;
using System.Diagnostics;
using DomainEvents;

namespace ShelfWise.Adapters.Diagnostics;

/// <summary>Counts and times every handler call: a middleware sees them all, before and after the commit.</summary>
internal sealed class HandlerStatistics : IEventMiddleware
{
    private readonly ConcurrentDictionary<string, HandlerCalls> _handlers = [];

    public HandlerCalls Of(string handlerName) => _handlers.GetOrAdd(handlerName, _ => new HandlerCalls());

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
        }
    }
}
