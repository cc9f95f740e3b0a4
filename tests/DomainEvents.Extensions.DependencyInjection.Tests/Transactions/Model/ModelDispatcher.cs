namespace DomainEvents.Transactions.Model;

/// <summary>
/// What IEventDispatcher and EventTransaction promise, in the plainest code that can be written: no buffer is shared, nothing
/// is asynchronous. It was written from the documents of the API, not from the library's source.
/// </summary>
/// <remarks>
/// Where documents leave room, this is what they are taken to mean: what an aggregate raises later is registered when it is
/// read, which is when somebody enqueues it again, when an inner transaction begins, at savepoints, and before the outermost
/// commit; it belongs to the transaction that enqueued the aggregate first. When a rollback ends several
/// transactions, the work after it comes in the order of registration, once all have ended.
/// </remarks>
/// <param name="journal">Where everything that happens is written.</param>
/// <param name="nesting">
/// Without it the program runs on a database: transactions are not nested, whose inner ones are none for the database, and
/// what is raised in a transaction is saved, and enqueued, at once.
/// </param>
internal sealed class ModelDispatcher(Journal journal, bool nesting)
{
    private readonly List<ModelTransaction> _transactions = [];
    private readonly ModelAggregate[] _aggregates = [new(false), new(false), new(RemovesAll: true)];
    private readonly List<ModelEvent> _given = [];
    private readonly Stack<Queue<ModelCallback>> _running = [];
    private int _time;
    private int _events;
    private int _callbacks;

    private Queue<ModelCallback>? Running => _running.TryPeek(out var next) ? next : null;

    private ModelTransaction? Current => _transactions.LastOrDefault(transaction => transaction.IsOpen);

    public string Snapshot() =>
        $"  {string.Join(' ', _transactions.Select(t => $"T{t.Number}:{t.State}"))} | current {Current?.Number} | "
        + string.Join(" | ", _aggregates.Select(aggregate => string.Join(' ', aggregate.Pending)));

    public string? Do(Step step)
    {
        switch (step)
        {
            case Step.Begin:
                if (nesting || Current is null)
                {
                    Begin();
                }

                break;
            case Step.CreateSavepoint(var which, var name) when Find(which) is { } transaction:
                ThrowUnlessInnermost(transaction);
                ReadAggregates(transaction);
                transaction.Savepoints.Add((_time, name));
                break;
            case Step.ReleaseSavepoint(var which, var name) when Find(which) is { } transaction:
                var released = FindSavepoint(transaction, name);
                transaction.Savepoints.RemoveRange(released, transaction.Savepoints.Count - released);
                break;
            case Step.RollbackToSavepoint(var which, var name) when Find(which) is { } transaction:
                RollbackToSavepoint(transaction, FindSavepoint(transaction, name));
                break;
            case Step.Commit(var which, var way) when Find(which) is { } transaction:
                var result = Commit(transaction);
                return way == Way.Sync ? "handled 0, failed 0" : result;
            case Step.Rollback(var which, _) when Find(which) is { } transaction:
                Rollback(transaction);
                break;
            case Step.Dispose(var which, _) when Find(which) is { } transaction:
                if (transaction.IsOpen)
                {
                    Rollback(transaction);
                }

                break;
            case Step.DisposeOutermost:
                if (_transactions.Find(transaction => transaction.IsOpen) is { } outermost)
                {
                    Rollback(outermost);
                }

                break;
            case Step.EnqueueEvent(var which, var kind) when Find(which) is { } transaction:
                Enqueue(transaction, Given(NewEvent(kind)));
                break;
            case Step.EnqueueSameEvent(var which, var earlier) when Find(which) is { } transaction && earlier < _given.Count:
                Enqueue(transaction, _given[earlier]);
                break;
            case Step.EnqueueCopy(var which, var earlier) when Find(which) is { } transaction && earlier < _given.Count:
                Enqueue(transaction, Given(new ModelEvent(++_events, _given[earlier].Id, _given[earlier].Kind)));
                break;
            case Step.EnqueueAggregate(var which, var aggregate) when Find(which) is { } transaction:
                Enqueue(transaction, _aggregates[aggregate]);
                break;
            case Step.Raise(var aggregate, var kind):
                _aggregates[aggregate].Pending.Add(NewEvent(kind));
                if (!nesting && Current is { } saving)
                {
                    Enqueue(saving, _aggregates[aggregate]);
                }

                break;
            case Step.OnCommitted(var which, var kind) when Find(which) is { } transaction:
                Register(transaction, NewCallback(afterCommit: true, kind));
                break;
            case Step.OnRolledBack(var which, var kind) when Find(which) is { } transaction:
                Register(transaction, NewCallback(afterCommit: false, kind));
                break;
            case Step.Publish(var kind):
                return Publish(Given(NewEvent(kind)));
            case Step.PublishFrom(var aggregate):
                return PublishFrom(_aggregates[aggregate]);
            case Step.OnCommittedOfDispatcher(var kind):
                OnCommitted(NewCallback(afterCommit: true, kind));
                break;
            case Step.OnRolledBackOfDispatcher(var kind):
                var callback = NewCallback(afterCommit: false, kind);
                if (Current is { } open)
                {
                    Register(open, callback);
                }

                break;
            default:
                return "nothing there";
        }

        return null;
    }

    private ModelTransaction? Find(Which which) => which.In(_transactions, transaction => transaction.IsOpen);

    private ModelTransaction Begin()
    {
        if (Current is { } outer)
        {
            ReadAggregates(outer);
        }

        var transaction = new ModelTransaction(_transactions.Count, Current);
        _transactions.Add(transaction);
        return transaction;
    }

    private ModelEvent NewEvent(EventKind kind) => new(++_events, _events, kind);

    private ModelEvent Given(ModelEvent domainEvent)
    {
        _given.Add(domainEvent);
        return domainEvent;
    }

    private ModelCallback NewCallback(bool afterCommit, CallbackKind kind) => new(++_callbacks, afterCommit, kind);

    // ---- taking in

    private void Enqueue(ModelTransaction transaction, ModelEvent domainEvent)
    {
        ThrowIfEnded(transaction);
        if (Open(transaction).SelectMany(open => open.Work).FirstOrDefault(work => work.Event?.Id == domainEvent.Id)?.Event is { } held)
        {
            if (held != domainEvent)
            {
                throw new ArgumentException("two instances with one id");
            }

            return;
        }

        transaction.Work.Add(new ModelWork(++_time, domainEvent, null));
    }

    private void Enqueue(ModelTransaction transaction, ModelAggregate aggregate)
    {
        ThrowIfEnded(transaction);
        transaction.Aggregates.Add((++_time, aggregate));
        transaction.TakenBack.ExceptWith(aggregate.Pending);
        foreach (var domainEvent in aggregate.Pending)
        {
            Enqueue(transaction, domainEvent);
        }
    }

    private void Register(ModelTransaction transaction, ModelCallback callback)
    {
        ThrowIfEnded(transaction);
        transaction.Work.Add(new ModelWork(++_time, null, callback));
    }

    private void ReadAggregates(ModelTransaction of)
    {
        foreach (var (transaction, aggregate) in Open(of)
            .SelectMany(transaction => transaction.Aggregates, (transaction, entry) => (transaction, entry))
            .OrderBy(registered => registered.entry.Time)
            .Select(registered => (registered.transaction, registered.entry.Aggregate)))
        {
            foreach (var domainEvent in aggregate.Pending.Where(domainEvent => !of.TakenBack.Contains(domainEvent)))
            {
                Enqueue(transaction, domainEvent);
            }
        }
    }

    /// <summary>The transactions that are nested in one another around, and inside, this one.</summary>
    private IEnumerable<ModelTransaction> Open(ModelTransaction of) =>
        _transactions.Where(transaction => transaction.IsOpen && transaction.Outermost == of.Outermost);

    // ---- taking back

    private int FindSavepoint(ModelTransaction transaction, string name)
    {
        ThrowUnlessInnermost(transaction);
        var index = transaction.Savepoints.FindLastIndex(savepoint => savepoint.Name == name);
        return index >= 0 ? index : throw new ArgumentException("no such savepoint");
    }

    private void RollbackToSavepoint(ModelTransaction transaction, int savepoint)
    {
        var time = transaction.Savepoints[savepoint].Time;
        ReadAggregates(transaction);
        TakeBack(transaction, transaction.Work.Where(work => work.Time > time));
        transaction.Work.RemoveAll(work => work.Time > time);
        transaction.Aggregates.RemoveAll(entry => entry.Time > time);
        transaction.Savepoints.RemoveRange(savepoint + 1, transaction.Savepoints.Count - savepoint - 1);
    }

    private static void TakeBack(ModelTransaction transaction, IEnumerable<ModelWork> work) =>
        transaction.TakenBack.UnionWith(work.Where(one => one.Event is not null).Select(one => one.Event!));

    // ---- ending

    private string Commit(ModelTransaction transaction)
    {
        ThrowUnlessInnermost(transaction);
        if (transaction.Outer is { } outer)
        {
            outer.Work = [.. outer.Work.Concat(transaction.Work).OrderBy(work => work.Time)];
            outer.Aggregates = [.. outer.Aggregates.Concat(transaction.Aggregates).OrderBy(entry => entry.Time)];
            transaction.State = EventTransactionState.Committed;
            return "handled 0, failed 0";
        }

        try
        {
            HandleBeforeCommit(transaction);
        }
        catch
        {
            Rollback(transaction);
            throw;
        }

        var published = transaction.Work.Where(work => work.Event is not null).Select(work => work.Event!).ToHashSet();
        foreach (var (_, aggregate) in transaction.Aggregates)
        {
            if (aggregate.RemovesAll && aggregate.Pending.Exists(published.Contains))
            {
                aggregate.Pending.Clear();
            }

            aggregate.Pending.RemoveAll(published.Contains);
        }

        transaction.State = EventTransactionState.Committed;
        return Run(transaction.Work, afterCommit: true);
    }

    private void HandleBeforeCommit(ModelTransaction transaction)
    {
        HashSet<ModelEvent> seen = [];
        while (true)
        {
            ReadAggregates(transaction);
            var round = transaction.Work.Where(work => work.Event is not null && !seen.Contains(work.Event)).Select(work => work.Event!).ToArray();
            if (round.Length == 0)
            {
                return;
            }

            seen.UnionWith(round);
            foreach (var domainEvent in round)
            {
                HandleBeforeCommit(domainEvent);
            }
        }
    }

    private void Rollback(ModelTransaction transaction)
    {
        if (transaction.State == EventTransactionState.Committed)
        {
            throw new InvalidOperationException("committed");
        }

        if (!transaction.IsOpen)
        {
            return;
        }

        List<ModelTransaction> ended = [transaction];
        while (Inner(ended[^1]) is { } inner)
        {
            ended.Add(inner);
        }

        foreach (var each in ended)
        {
            TakeBack(each, each.Work);
            each.State = EventTransactionState.RolledBack;
        }

        Run([.. ended.SelectMany(each => each.Work).OrderBy(work => work.Time)], afterCommit: false);
    }

    // ---- handlers and callbacks

    private string Publish(ModelEvent domainEvent)
    {
        if (Current is { } transaction)
        {
            Enqueue(transaction, domainEvent);
            return "handled 0, failed 0";
        }

        var failed = 0;
        try
        {
            HandleBeforeCommit(domainEvent);
        }
        catch (PlannedFailureException)
        {
            failed++;
        }

        failed += HandleAfterCommit(domainEvent);
        return $"handled 2, failed {failed}";
    }

    private string PublishFrom(ModelAggregate aggregate)
    {
        if (Current is { } transaction)
        {
            Enqueue(transaction, aggregate);
            return "handled 0, failed 0";
        }

        ModelEvent[] pulled = [.. aggregate.Pending];
        aggregate.Pending.Clear();
        var failed = 0;
        foreach (var domainEvent in pulled)
        {
            failed += Publish(domainEvent)[^1] - '0';
        }

        return $"handled {2 * pulled.Length}, failed {failed}";
    }

    private void OnCommitted(ModelCallback callback)
    {
        if (Current is { } transaction)
        {
            Register(transaction, callback);
        }
        else if (Running is { } next)
        {
            next.Enqueue(callback);
        }
        else
        {
            Run([new ModelWork(++_time, null, callback)], afterCommit: true);
        }
    }

    private string Run(List<ModelWork> work, bool afterCommit)
    {
        var (handled, failed) = (0, 0);
        Queue<ModelCallback> next = [];
        _running.Push(next);
        foreach (var (_, domainEvent, callback) in work.ToArray())
        {
            if (domainEvent is not null && afterCommit)
            {
                handled++;
                failed += HandleAfterCommit(domainEvent);
            }
            else if (domainEvent is not null)
            {
                journal.Write($"{domainEvent} after rollback");
            }
            else if (callback!.AfterCommit == afterCommit)
            {
                Call(callback);
            }

            while (next.TryDequeue(out var registered))
            {
                Call(registered);
            }
        }

        _running.Pop();
        return $"handled {handled}, failed {failed}";
    }

    private void HandleBeforeCommit(ModelEvent domainEvent)
    {
        journal.Write($"{domainEvent} before commit");
        if (domainEvent.Kind == EventKind.Breeds)
        {
            Publish(Given(NewEvent(EventKind.Plain)));
        }
        else if (domainEvent.Kind == EventKind.FailsBeforeCommit)
        {
            throw new PlannedFailureException();
        }
    }

    private int HandleAfterCommit(ModelEvent domainEvent)
    {
        journal.Write($"{domainEvent} after commit");
        return domainEvent.Kind == EventKind.FailsAfterCommit ? 1 : 0;
    }

    private void Call(ModelCallback callback)
    {
        journal.Write($"C{callback.Number} called");
        switch (callback.Kind)
        {
            case CallbackKind.RegistersAnother:
                OnCommitted(NewCallback(afterCommit: true, CallbackKind.Plain));
                break;
            case CallbackKind.Publishes:
                Publish(Given(NewEvent(EventKind.Plain)));
                break;
            case CallbackKind.OpensTransaction:
                var transaction = Begin();
                Enqueue(transaction, Given(NewEvent(EventKind.Plain)));
                Commit(transaction);
                break;
            default:
                break; // a throw is logged and has no other effect
        }
    }

    // ---- misuse

    private static void ThrowIfEnded(ModelTransaction transaction)
    {
        if (!transaction.IsOpen)
        {
            throw new InvalidOperationException("ended");
        }
    }

    private void ThrowUnlessInnermost(ModelTransaction transaction)
    {
        ThrowIfEnded(transaction);
        if (Inner(transaction) is not null)
        {
            throw new InvalidOperationException("an inner one is open");
        }
    }

    private ModelTransaction? Inner(ModelTransaction transaction) =>
        _transactions.Find(other => other.IsOpen && other.Outer == transaction);
}
