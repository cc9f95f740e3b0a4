using DomainEvents.EntityFrameworkCore.Configuration;
using DomainEvents.EntityFrameworkCore.Outbox;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;

namespace DomainEvents.EntityFrameworkCore.Capture;

/// <content>Where events are stored in an outbox, a save stores its own with its rows.</content>
internal sealed partial class ContextEvents
{
    private const string PostgreSql = "Npgsql.EntityFrameworkCore.PostgreSQL";

    private bool? _isStored;
    private AggregateKeys? _keys;

    /// <summary>Where the events of the context are stored; <see langword="null"/> if handlers get them in memory.</summary>
    private IEventOutbox? Outbox => Dispatcher.Outbox is { } outbox && (_isStored ??= OutboxContext.Contains(Services, Context)) ? outbox : null;

    private AggregateKeys Keys => _keys ??= new AggregateKeys(Context);

    /// <summary>What the save that is under way stores; <see langword="null"/> if that is nothing. Asked again, it begins anew.</summary>
    public Storing? Storing(IRelationalConnection connection)
    {
        if (_save is not { Transaction: { } transaction } save || Outbox is not { } outbox)
        {
            return null;
        }

        save.Storing?.Undo();
        save.Storing = null;
        if (EventsOf(save, transaction) is not { Count: > 0 } events)
        {
            return null;
        }

        outbox.ThrowIfForeign(connection.DbConnection);
        foreach (var entry in events)
        {
            outbox.ThrowIfUnknown(entry.Event!);
        }

        var enlistment = connection as ITransactionEnlistmentManager;
        return save.Storing = new Storing(outbox, save, events, Keys)
        {
            IsInTransaction = connection.CurrentTransaction is not null || (enlistment?.EnlistedTransaction ?? enlistment?.CurrentAmbientTransaction) is not null,
            HasSavepoint = connection.CurrentTransaction is { SupportsSavepoints: true } && Context.Database.AutoSavepointsEnabled,
            MayBegin = Context.Database.AutoTransactionBehavior != AutoTransactionBehavior.Never,
            FailsAsOne = string.Equals(Context.Database.ProviderName, PostgreSql, StringComparison.Ordinal),
        };
    }

    /// <summary>
    /// The events that go with a save. One that a nested unit of work holds waits for the commit: it may be discarded
    /// before, without a trace in the database.
    /// </summary>
    private IReadOnlyList<BufferEntry>? EventsOf(Save save, EventTransaction transaction)
    {
        if (transaction.IsOfAmbientOnly)
        {
            return [.. transaction.Since(save.Place).Where(entry => entry is { Event: not null, IsStored: false })];
        }

        var events = transaction.NotStored();
        if (save.IsAlone || transaction == Transaction)
        {
            return events;
        }

        Keys.Identify(events);
        return null;
    }

    /// <summary>Stores the events of a save that had no rows to write, unless a commit is to come that does it.</summary>
    private async ValueTask StoreAloneAsync(Save save, bool synchronous)
    {
        if (Outbox is null || save.Storing is not null || !(save.IsAlone || save.Transaction!.IsOfAmbientOnly))
        {
            return;
        }

        _save = save;
        try
        {
            var executor = Context.GetService<IBatchExecutor>();
            var connection = Context.GetService<IRelationalConnection>();
            if (synchronous)
            {
                Again(() => executor.Execute(Commands(), connection));
            }
            else
            {
                await AgainAsync(() => executor.ExecuteAsync(Commands(), connection)).ConfigureAwait(false);
            }

            IEnumerable<ModificationCommandBatch> Commands() => Storing(connection)?.Around([]) ?? [];
        }
        catch (Exception exception)
        {
            await FailedAsync(exception, synchronous).ConfigureAwait(false);
            throw;
        }
        finally
        {
            _save = null;
        }

        // As a save is: an ambient transaction refuses a strategy that would.
        int Again(Func<int> store) => save.IsAlone ? Context.Database.CreateExecutionStrategy().Execute(store) : store();

        Task<int> AgainAsync(Func<Task<int>> store) => save.IsAlone ? Context.Database.CreateExecutionStrategy().ExecuteAsync(store) : store();
    }
}
