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
    /// <returns>The transaction of events, and whether it was opened by this call and not known before.</returns>
    public (EventTransaction Transaction, bool IsNew) EnlistApart(DbTransaction transaction, bool hasJustBegun)
    {
        var isNew = false;
        var enlisted = EnlistedTransaction.Join(
            transaction,
            unknown =>
            {
                isNew = true;
                return OpenApart(unknown);
            },
            hasJustBegun);
        return (Know(enlisted), isNew);
    }

    /// <summary>Opens a transaction for work that commits by itself, and of whose end we are told.</summary>
    public EventTransaction OpenForSave() => OpenApart(enlisted: null);

    /// <summary>From now on nothing is published into it any more, although it is open.</summary>
    public void Hide(EventTransaction transaction)
    {
        lock (_open)
        {
            _open.RemoveAll(open => open.Transaction == transaction);
        }
    }

    /// <summary>What stands for a transaction of System.Transactions.</summary>
    public EventTransaction For(System.Transactions.Transaction transaction) => _ambient.For(transaction);

    private EventTransaction OpenApart(EnlistedTransaction? enlisted) =>
        Open(enlisted, FindOuter() is { IsManual: true } outer ? outer : null);
}
