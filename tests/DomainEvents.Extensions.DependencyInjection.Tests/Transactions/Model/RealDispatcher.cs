namespace DomainEvents.Transactions.Model;

/// <summary>Follows a program on the library itself.</summary>
/// <param name="dispatcher">The dispatcher of a scope that was made for this program.</param>
/// <param name="journal">Where everything that happens is written.</param>
/// <param name="rows">The database in which the outermost transactions are real, if they are.</param>
internal sealed class RealDispatcher(IEventDispatcher dispatcher, Journal journal, RowTable? rows = null)
{
    private readonly List<EventTransaction> _transactions = [];
    private readonly IHasDomainEvents[] _aggregates = [new Order(), new Order(), new LegacyOrder()];
    private readonly List<Happened> _given = [];
    private int _events;
    private int _callbacks;

    public IEventDispatcher Dispatcher => dispatcher;

    public Journal Journal => journal;

    public string Snapshot() =>
        $"  {string.Join(' ', _transactions.Select((t, number) => $"T{number}:{t.State}"))} | "
        + $"current {(dispatcher.Current is { } current ? _transactions.IndexOf(current) : null)} | "
        + string.Join(" | ", _aggregates.Select(aggregate => string.Join(' ', aggregate.DomainEvents)));

    public async Task<string?> DoAsync(Step step)
    {
        switch (step)
        {
            case Step.Begin:
                if (rows is null || dispatcher.Current is null)
                {
                    Begin();
                }

                break;
            case Step.CreateSavepoint(var which, var name) when Find(which) is { } transaction:
                transaction.CreateSavepoint(name);
                break;
            case Step.ReleaseSavepoint(var which, var name) when Find(which) is { } transaction:
                transaction.ReleaseSavepoint(name);
                break;
            case Step.RollbackToSavepoint(var which, var name) when Find(which) is { } transaction:
                transaction.RollbackToSavepoint(name);
                break;
            case Step.Commit(var which, var way) when Find(which) is { } transaction:
                return Told(await CommitAsync(transaction, way));
            case Step.Rollback(var which, var way) when Find(which) is { } transaction:
                await RollbackAsync(transaction, way);
                break;
            case Step.Dispose(var which, var way) when Find(which) is { } transaction:
                await DisposeAsync(transaction, way);
                break;
            case Step.DisposeOutermost:
                if (_transactions.Find(transaction => transaction.State == EventTransactionState.Active) is { } outermost)
                {
                    await outermost.DisposeAsync();
                }

                break;
            case Step.EnqueueEvent(var which, var kind) when Find(which) is { } transaction:
                Enqueue(transaction, Given(NewEvent(kind)));
                break;
            case Step.EnqueueSameEvent(var which, var earlier) when Find(which) is { } transaction && earlier < _given.Count:
                Enqueue(transaction, _given[earlier]);
                break;
            case Step.EnqueueCopy(var which, var earlier) when Find(which) is { } transaction && earlier < _given.Count:
                Enqueue(transaction, Given(_given[earlier] with { Number = ++_events }));
                break;
            case Step.EnqueueAggregate(var which, var aggregate) when Find(which) is { } transaction:
                transaction.Enqueue(_aggregates[aggregate]);
                Insert(_aggregates[aggregate].DomainEvents);
                break;
            case Step.Raise(var aggregate, var kind):
                Raise(_aggregates[aggregate], NewEvent(kind));
                if (rows is not null && dispatcher.Current is { } saving)
                {
                    saving.Enqueue(_aggregates[aggregate]);
                    Insert(_aggregates[aggregate].DomainEvents);
                }

                break;
            case Step.OnCommitted(var which, var kind) when Find(which) is { } transaction:
                transaction.OnCommitted(NewCallback(kind));
                break;
            case Step.OnRolledBack(var which, var kind) when Find(which) is { } transaction:
                transaction.OnRolledBack(NewCallback(kind));
                break;
            case Step.Publish(var kind):
                return Told(await PublishAsync(Given(NewEvent(kind))));
            case Step.PublishFrom(var aggregate):
                IDomainEvent[] pending = [.. _aggregates[aggregate].DomainEvents];
                var published = await dispatcher.PublishFromAsync(_aggregates[aggregate]);
                Insert(pending);
                return Told(published);
            case Step.OnCommittedOfDispatcher(var kind):
                dispatcher.OnCommitted(NewCallback(kind));
                break;
            case Step.OnRolledBackOfDispatcher(var kind):
                dispatcher.OnRolledBack(NewCallback(kind));
                break;
            default:
                return "nothing there";
        }

        return null;
    }

    /// <summary>For the before-commit handler of an event that breeds.</summary>
    public async ValueTask BreedAsync() => await PublishAsync(Given(NewEvent(EventKind.Plain)));

    private static string Told(PublishResult result) => $"handled {result.HandlerCount}, failed {result.Failures.Count}";

    private EventTransaction? Find(Which which) =>
        which.In(_transactions, transaction => transaction.State == EventTransactionState.Active);

    private EventTransaction Begin()
    {
        var transaction = rows is not null && dispatcher.Current is null ? dispatcher.Enlist(rows.Begin()) : dispatcher.Begin();
        _transactions.Add(transaction);
        return transaction;
    }

    private Happened NewEvent(EventKind kind) => new(++_events, kind, this);

    private Happened Given(Happened domainEvent)
    {
        _given.Add(domainEvent);
        return domainEvent;
    }

    private void Enqueue(EventTransaction transaction, Happened domainEvent)
    {
        transaction.Enqueue(domainEvent);
        Insert([domainEvent]);
    }

    private ValueTask<PublishResult> PublishAsync(Happened domainEvent)
    {
        var result = dispatcher.PublishAsync(domainEvent);
        Insert([domainEvent]);
        return result;
    }

    private void Raise(IHasDomainEvents aggregate, Happened domainEvent)
    {
        if (aggregate is Order order)
        {
            order.Raise(domainEvent);
        }
        else
        {
            ((LegacyOrder)aggregate).Raise(domainEvent);
        }
    }

    private void Insert(IReadOnlyCollection<IDomainEvent> domainEvents)
    {
        foreach (var domainEvent in domainEvents.Cast<Happened>())
        {
            rows?.Insert(domainEvent.Number);
        }
    }

    // A synchronous end leaves its work to the background, where it does not see what is still open here. So it is only done
    // where nothing is: the model knows no background.
    private bool MayBeSynchronous(EventTransaction transaction, Way way) =>
        way == Way.Sync && _transactions.TrueForAll(other => other == transaction || other.State != EventTransactionState.Active);

    private async Task<PublishResult> CommitAsync(EventTransaction transaction, Way way)
    {
        if (way == Way.Async)
        {
            return await transaction.CommitAsync();
        }

        transaction.Commit();
        return default;
    }

    private async Task RollbackAsync(EventTransaction transaction, Way way)
    {
        if (MayBeSynchronous(transaction, way))
        {
            transaction.Rollback();
        }
        else
        {
            await transaction.RollbackAsync();
        }
    }

    private async Task DisposeAsync(EventTransaction transaction, Way way)
    {
        if (MayBeSynchronous(transaction, way))
        {
            transaction.Dispose();
        }
        else
        {
            await transaction.DisposeAsync();
        }
    }

    private Func<CancellationToken, ValueTask> NewCallback(CallbackKind kind)
    {
        var number = ++_callbacks;
        return async token =>
        {
            journal.Write($"C{number} called");
            switch (kind)
            {
                case CallbackKind.Throws:
                    throw new PlannedFailureException();
                case CallbackKind.RegistersAnother:
                    dispatcher.OnCommitted(NewCallback(CallbackKind.Plain));
                    break;
                case CallbackKind.Publishes:
                    await PublishAsync(Given(NewEvent(EventKind.Plain)));
                    break;
                case CallbackKind.OpensTransaction:
                    await using (var transaction = Begin())
                    {
                        Enqueue(transaction, Given(NewEvent(EventKind.Plain)));
                        await transaction.CommitAsync(token);
                    }

                    break;
                default:
                    break;
            }
        };
    }

    private sealed class Order : AggregateRoot
    {
        public new void Raise(IDomainEvent domainEvent) => base.Raise(domainEvent);
    }

    /// <summary>Has only what the interface demands.</summary>
    private sealed class LegacyOrder : IHasDomainEvents
    {
        private readonly List<IDomainEvent> _pending = [];

        public IReadOnlyList<IDomainEvent> DomainEvents => _pending;

        public void Raise(IDomainEvent domainEvent) => _pending.Add(domainEvent);

        public IReadOnlyList<IDomainEvent> PullDomainEvents()
        {
            IDomainEvent[] pulled = [.. _pending];
            _pending.Clear();
            return pulled;
        }
    }
}

/// <summary>The event of the programs; it knows the one it belongs to, so that handlers need no shared state.</summary>
internal sealed record Happened(int Number, EventKind Kind, RealDispatcher Program) : DomainEvent
{
    public override string ToString() => $"E{Number}";
}

[TransactionPhase(TransactionPhase.BeforeCommit)]
internal sealed class BeforeCommit : IEventHandler<Happened>
{
    public ValueTask HandleAsync(Happened domainEvent, CancellationToken cancellationToken)
    {
        domainEvent.Program.Journal.Write($"{domainEvent} before commit");
        return domainEvent.Kind switch
        {
            EventKind.Breeds => domainEvent.Program.BreedAsync(),
            EventKind.FailsBeforeCommit => throw new PlannedFailureException(),
            _ => default,
        };
    }
}

internal sealed class AfterCommit : IEventHandler<Happened>
{
    public ValueTask HandleAsync(Happened domainEvent, CancellationToken cancellationToken)
    {
        domainEvent.Program.Journal.Write($"{domainEvent} after commit");
        return domainEvent.Kind == EventKind.FailsAfterCommit ? throw new PlannedFailureException() : default;
    }
}

[TransactionPhase(TransactionPhase.AfterRollback)]
internal sealed class AfterRollback : IEventHandler<Happened>
{
    public ValueTask HandleAsync(Happened domainEvent, CancellationToken cancellationToken)
    {
        domainEvent.Program.Journal.Write($"{domainEvent} after rollback");
        return default;
    }
}
