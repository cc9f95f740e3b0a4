using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <content>Transactions of the context and of events, one inside the other, and how they end.</content>
internal sealed partial class UnitOfWork
{
    private readonly List<Frame> _frames = [];
    private readonly List<string> _savepoints = [];
    private IDbContextTransaction? _transaction;

    /// <summary>An open transaction, of the context if <paramref name="events"/> is <see langword="null"/>.</summary>
    private sealed class Frame(EventTransaction? events)
    {
        public EventTransaction? Manual => events;

        /// <summary>What was raised, or saved, in it.</summary>
        public HashSet<int> Events { get; } = [];
    }

    private async Task BeginTransactionAsync(How how)
    {
        if (_transaction is null)
        {
            _transaction = await _first.Context.BeginAsync(how);
            _savepoints.Clear();
            _frames.Add(new Frame(null));
        }
    }

    private void BeginEvents()
    {
        if (_frames.Count < 3)
        {
            var frame = new Frame(_dispatcher.Begin());
            _frames.Add(frame);
            if (HoldersOf(isPublished: false).Contains(frame))
            {
                frame.Events.UnionWith(_first.Unsaved);
                frame.Events.UnionWith(_second?.Unsaved ?? []);
            }
        }
    }

    private async Task CreateSavepointAsync(Step.CreateSavepoint create)
    {
        if (_transaction is not null)
        {
            await (IsThroughDispatcher(create.Through)
                ? Do(() => _dispatcher.Current!.CreateSavepoint(create.Name))
                : _transaction.CreateSavepointAsync(create.Name, create.How));
            _savepoints.Add(create.Name);
        }
    }

    private async Task RollbackToSavepointAsync(Step.RollbackToSavepoint rollback)
    {
        if (_transaction is not null && _savepoints.LastIndexOf(rollback.Name) is >= 0 and var index)
        {
            await (IsThroughDispatcher(rollback.Through)
                ? Do(() => _dispatcher.Current!.RollbackToSavepoint(rollback.Name))
                : _transaction.RollbackToSavepointAsync(rollback.Name, rollback.How));
            Figures.Count(index < _savepoints.Count - 1 ? "savepoint rollbacks past newer ones" : "savepoint rollbacks");
            _savepoints.RemoveRange(index + 1, _savepoints.Count - index - 1);
            _damage = Damage.None;
            ClearAll();
        }
    }

    private async Task ReleaseSavepointAsync(Step.ReleaseSavepoint release)
    {
        if (_transaction is not null && _savepoints.LastIndexOf(release.Name) is >= 0 and var index)
        {
            await (IsThroughDispatcher(release.Through)
                ? Do(() => _dispatcher.Current!.ReleaseSavepoint(release.Name))
                : _transaction.ReleaseSavepointAsync(release.Name, release.How));
            _savepoints.RemoveRange(index, _savepoints.Count - index);
            Figures.Count("savepoint releases");
        }
    }

    private bool IsThroughDispatcher(Through through) => through == Through.Dispatcher && _frames[^1].Manual is null;

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private async Task EndAsync(Step.End end)
    {
        if (_frames.Count == 0)
        {
            return;
        }

        _how = end.How;
        var frame = _frames[^1];
        if (frame.Manual is not null)
        {
            await EndEventsAsync(frame, frame.Manual, end);
            return;
        }

        var commits = end.Way is not (EndWay.Rollback or EndWay.Dispose) && _damage != Damage.PartlyWritten;
        var isCommitted = commits && await CommitAsync(end.Way, end.How);
        if (!isCommitted && _damage != Damage.RolledBack
            && end.Way is not (EndWay.Dispose or EndWay.CommitFailsThenDispose or EndWay.CommitThroughDispatcher))
        {
            await _transaction!.RollbackAsync(end.How);
        }

        await _transaction!.DisposeAsync(end.How);
        (_transaction, _damage) = (null, Damage.None);
        _frames.Remove(frame);
        Figures.Count(isCommitted ? "commits" : "rollbacks");
        if (!isCommitted)
        {
            ClearAll();
        }
        else if (!_first.Context.ChangeTracker.HasChanges())
        {
            _first.Saved(); // what before-commit handlers have added was saved by the commit
        }

        await CloseSecondAsync();
    }

    private async Task EndEventsAsync(Frame frame, EventTransaction events, Step.End end)
    {
        _preparing = null;
        try
        {
            await (end.Way switch
            {
                EndWay.Rollback => end.How.RollbackAsync(events),
                EndWay.Dispose => end.How.DisposeAsync(events),
                _ => end.How.CommitAsync(events),
            });
        }
        catch (PlannedFailureException)
        {
            Figures.Count("transactions of events refused");
        }

        _frames.Remove(frame);
        Figures.Count(events.State == EventTransactionState.Committed ? "commits of events" : "rollbacks of events");
        if (events.State != EventTransactionState.Committed)
        {
            Withhold([frame]);
            ClearAll();
        }
    }

    /// <summary>Whether it has come to the commit.</summary>
    private async Task<bool> CommitAsync(EndWay way, How how)
    {
        if (_damage == Damage.Aborted)
        {
            await TryAbortedCommitAsync(how);
            return false;
        }

        (_preparing, _writesBeside) = (_first, way == EndWay.CommitThroughDispatcher || _first.Context.ChangeTracker.HasChanges());
        var fault = _desk.Faults.Next = way switch
        {
            EndWay.CommitFailsThenCommit or EndWay.CommitFailsThenRollback or EndWay.CommitFailsThenDispose => Fault.Committing,
            EndWay.ThrowsAfterCommit => Fault.Committed,
            _ => Fault.None,
        };
        try
        {
            await (way == EndWay.CommitThroughDispatcher ? how.CommitAsync(_dispatcher.Current!) : _transaction!.CommitAsync(how));
            return true;
        }
        catch (PlannedFailureException) when (fault == Fault.Committed && _desk.Faults.Next == Fault.None)
        {
            Figures.Count("commits that threw afterwards");
            return true;
        }
        catch (PlannedFailureException) when (way == EndWay.CommitFailsThenCommit && _desk.Faults.Next == Fault.None)
        {
            Figures.Count("commits tried again");
            await _transaction!.CommitAsync(how);
            return true;
        }
        catch (PlannedFailureException) when (fault != Fault.None && _desk.Faults.Next == Fault.None)
        {
            Figures.Count("commits failed");
            return false;
        }
        catch (PlannedFailureException)
        {
            Figures.Count("commits refused by a handler");
            _desk.Faults.Next = Fault.None;
            return way != EndWay.CommitThroughDispatcher && await TryRefusedCommitAsync(how);
        }
        finally
        {
            _preparing = null;
            _desk.Faults.Next = Fault.None;
        }
    }

    /// <summary>A handler that refuses for ever must not be passed by asking twice; the ledger tells if it was.</summary>
    private async Task<bool> TryRefusedCommitAsync(How how)
    {
        try
        {
            await _transaction!.CommitAsync(how);
            return true;
        }
        catch (Exception exception) when (exception is PlannedFailureException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The database rolls back, whether it says so or not.</summary>
    private async Task TryAbortedCommitAsync(How how)
    {
        Figures.Count("commits of aborted transactions");
        (_preparing, _writesBeside) = (null, true);
        try
        {
            await _transaction!.CommitAsync(how);
            _damage = Damage.RolledBack;
        }
        catch (Exception exception) when (exception is System.Data.Common.DbException or PlannedFailureException or DbUpdateException)
        {
            Figures.Count("commits of aborted transactions refused");
        }
    }

    private async Task EndOutermostAsync(Step.EndOutermost end)
    {
        if (_frames.Count == 0)
        {
            return;
        }

        if (_frames[0].Manual is { } events)
        {
            await (end.Dispose ? end.How.DisposeAsync(events) : end.How.RollbackAsync(events));
        }
        else if (!end.Dispose)
        {
            await _transaction!.RollbackAsync(end.How);
        }

        if (_transaction is not null)
        {
            await _transaction.DisposeAsync(end.How);
        }

        Withhold(_frames);
        _frames.Clear();
        (_transaction, _damage) = (null, Damage.None);
        ClearAll();
        await CloseSecondAsync();
        Figures.Count("rollbacks of all that is open");
    }

    private void Withhold(IEnumerable<Frame> frames)
    {
        foreach (var frame in frames.Where(frame => frame.Manual is not null))
        {
            Ledger.Withhold(frame.Events);
        }
    }
}
