using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.DocSnippets.Guides;

internal static class FaqGuide
{
    public sealed record OrderPlaced(string OrderNumber) : DomainEvent;

    #region singleton-needs-scope
    public sealed class NightlyImport(IServiceScopeFactory scopes)
    {
        public async Task RunAsync(CancellationToken cancellationToken)
        {
            await using var scope = scopes.CreateAsyncScope();
            var dispatcher = scope.ServiceProvider.GetRequiredService<IEventDispatcher>();

            await using var transaction = dispatcher.Begin();
            await dispatcher.PublishAsync(new OrderPlaced("A-17"), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }
    #endregion

    #region see-every-call
    public sealed class LogSlowHandlers(TimeProvider time) : IEventMiddleware
    {
        public async ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken)
        {
            var started = time.GetTimestamp();
            await next(context, cancellationToken);
            if (time.GetElapsedTime(started) > TimeSpan.FromSeconds(1))
            {
                Console.WriteLine($"{context.Handler.Name} was slow");
            }
        }
    }
    #endregion
}
