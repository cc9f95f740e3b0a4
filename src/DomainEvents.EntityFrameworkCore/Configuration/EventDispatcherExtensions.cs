using DomainEvents.EntityFrameworkCore.Capture;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;

namespace DomainEvents.EntityFrameworkCore;

/// <summary>Joins contexts to a unit of work.</summary>
public static class EventDispatcherExtensions
{
    /// <summary>
    /// Joins a context from a pool or a factory to the scope of a dispatcher, until the context is disposed or goes back to
    /// its pool: before-commit handlers then run in that scope, and what the dispatcher publishes waits for the
    /// transactions of the context.
    /// </summary>
    /// <param name="dispatcher">The dispatcher of the scope.</param>
    /// <param name="context">The context, with <c>UseDomainEvents</c>.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The dispatcher is not the one of <c>AddDomainEvents</c>.</exception>
    /// <exception cref="InvalidOperationException">
    /// The context lacks <c>UseDomainEvents</c>, or has a transaction open, or belongs to another dispatcher.
    /// </exception>
    public static void Attach(this IEventDispatcher dispatcher, DbContext context)
    {
        ArgumentNullException.ThrowIfNull(dispatcher);
        ArgumentNullException.ThrowIfNull(context);
        var ours = dispatcher as EventDispatcher ?? throw new ArgumentException(
            "Only the dispatcher that AddDomainEvents registers can be joined, not one around it.", nameof(dispatcher));
        ContextEvents.Of(context).Attach(ours);
    }
}
