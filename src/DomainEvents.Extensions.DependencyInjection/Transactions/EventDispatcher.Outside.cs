using System.Data.Common;
using DomainEvents.Background;
using DomainEvents.Registration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DomainEvents.Transactions;

/// <content>For one who completes transactions, and tells of it: Entity Framework Core.</content>
internal sealed partial class EventDispatcher
{
    /// <summary>A dispatcher without a scope of its user's, which runs no before-commit handlers.</summary>
    public static EventDispatcher WithoutScope(IServiceProvider root) => new(
        root,
        scope: null,
        root.GetRequiredService<EventBusHost>(),
        root.GetRequiredService<IEventBus>(),
        root.GetRequiredService<BackgroundQueue>(),
        root.GetRequiredService<IOptions<EventTransactionOptions>>());

    /// <summary>
    /// Enlists for one who begins database transactions and tells of their end. Nested only in what has
    /// no transaction of its own: the end of another one decides nothing about this.
    /// </summary>
    /// <param name="transaction">The database transaction.</param>
    /// <param name="hasJustBegun">Whether what is known of this object must be of an earlier transaction.</param>
    /// <param name="save">The save of the same context that is being prepared, if any: its rows are in the transaction, too.</param>
    /// <param name="outbox">Where its events are stored; <see langword="null"/> if handlers get them in memory.</param>
    public EventTransaction EnlistApart(DbTransaction transaction, bool hasJustBegun, EventTransaction? save, IEventOutbox? outbox) =>
        Know(EnlistedTransaction.Join(transaction, unknown => OpenApart(unknown, save, outbox), hasJustBegun));

    /// <summary>Opens a transaction for work that commits by itself, and of whose end we are told.</summary>
    /// <param name="outbox">Where its events are stored; <see langword="null"/> if handlers get them in memory.</param>
    public EventTransaction OpenForSave(IEventOutbox? outbox)
    {
        var opened = OpenApart(enlisted: null, save: null, outbox);
        opened.IsOfSave = true;
        return opened;
    }

    /// <summary>What stands for a transaction of System.Transactions.</summary>
    public EventTransaction For(System.Transactions.Transaction transaction) => _ambient.For(transaction);

    private EventTransaction OpenApart(EnlistedTransaction? enlisted, EventTransaction? save, IEventOutbox? outbox)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(IEventDispatcher));
        var outer = FindInnermost();
        while (outer is { IsOfSave: true } && outer != save)
        {
            outer = outer.Outer; // of another context, which a handler of that save works with: its rows have their own commit
        }

        return Open(enlisted, outer is { IsManual: true } ? outer : null, outbox);
    }
}
