using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <content>Saves, and how they fail.</content>
internal sealed partial class UnitOfWork
{
    private Damage _damage;

    /// <summary>What a save without a savepoint has done to the transaction that it failed in.</summary>
    private enum Damage
    {
        None,

        /// <summary>Some of its rows are there.</summary>
        PartlyWritten,

        /// <summary>The database takes nothing but a rollback.</summary>
        Aborted,

        /// <summary>It is over, as somebody has tried to commit it.</summary>
        RolledBack,
    }

    /// <summary>Whether the rows are written.</summary>
    private async Task<bool> SaveAsync(Session session, SaveWay way, How how)
    {
        (_preparing, _writesBeside, _how) = (session, false, way == SaveWay.Cancelled ? How.Asynchronously : how);
        _desk.Faults.Next = FaultOf(way);
        session.OfHandlers.Clear();
        try
        {
            if (way == SaveWay.Cancelled)
            {
                await session.Context.SaveChangesAsync(new CancellationToken(canceled: true));
            }
            else
            {
                await session.Context.SaveAsync(how, acceptAllChanges: way != SaveWay.AcceptsLater);
            }

            if (way == SaveWay.Suppressed)
            {
                return NotSaved(session, "saves suppressed");
            }

            if (way == SaveWay.AcceptsLater)
            {
                session.Context.ChangeTracker.AcceptAllChanges();
            }

            session.Saved();
            Figures.Count("saves");
            return true;
        }
        catch (PlannedFailureException) when (way == SaveWay.ThrowsWhenSaved && _desk.Faults.Next == Fault.None)
        {
            session.Saved();
            Figures.Count("saves that threw when saved");
            return true;
        }
        catch (PlannedFailureException) when (way == SaveWay.ThrowsAfterCommit && _desk.Faults.Next == Fault.None)
        {
            session.Clear(); // it takes for unsaved what is committed
            Figures.Count("saves that threw after their commit");
            return true;
        }
        catch (PlannedFailureException)
        {
            return NotSaved(session, "saves that handlers or interceptors made fail");
        }
        catch (OperationCanceledException) when (way == SaveWay.Cancelled)
        {
            return NotSaved(session, "saves cancelled");
        }
        catch (DbUpdateException exception)
        {
            var isConflict = exception is DbUpdateConcurrencyException;
            if (session.Context.Database.CurrentTransaction is not null && !_desk.AutoSavepoints)
            {
                _damage = isConflict || _desk.IsSqlite ? Damage.PartlyWritten : Damage.Aborted;
            }

            return NotSaved(session, isConflict ? "conflicts" : "saves that the database refused");
        }
        finally
        {
            _preparing = null;
            _desk.Faults.Next = Fault.None;
        }
    }

    private bool NotSaved(Session session, string why)
    {
        session.NotSaved();
        Figures.Count(why);
        return false;
    }

    private static Fault FaultOf(SaveWay way) => way switch
    {
        SaveWay.Suppressed => Fault.Suppress,
        SaveWay.Overrules => Fault.Overrule,
        SaveWay.CommitFails => Fault.Committing,
        SaveWay.ThrowsAfterCommit => Fault.Committed,
        SaveWay.ThrowsWhenSaved => Fault.Saved,
        _ => Fault.None,
    };

    /// <summary>As Entity Framework Core has it for what is done again: changes are accepted when they are committed.</summary>
    private async Task SaveAgainAsync(Step.SaveAgain again)
    {
        if (_transaction is not null)
        {
            return;
        }

        (_preparing, _writesBeside, _how) = (_first, false, again.How);
        var transaction = await _first.Context.BeginAsync(again.How);
        try
        {
            if (again.ToSavepoint)
            {
                await transaction.CreateSavepointAsync("again", again.How);
            }

            _first.OfHandlers.Clear();
            await _first.Context.SaveAsync(again.How, acceptAllChanges: false);
            _first.NotSaved();
            if (again.ToSavepoint)
            {
                await transaction.RollbackToSavepointAsync("again", again.How);
            }
            else
            {
                await transaction.RollbackAsync(again.How);
                await transaction.DisposeAsync(again.How);
                transaction = await _first.Context.BeginAsync(again.How);
            }

            await _first.Context.SaveAsync(again.How, acceptAllChanges: false);
            await transaction.CommitAsync(again.How);
            _first.Context.ChangeTracker.AcceptAllChanges();
            _first.Saved();
            Figures.Count("saves done again");
        }
        catch (Exception exception) when (exception is DbUpdateException or PlannedFailureException)
        {
            await transaction.RollbackAsync(again.How);
            _first.Clear();
        }
        finally
        {
            await transaction.DisposeAsync(again.How);
            _preparing = null;
        }
    }

    private async Task WorkEnlistedAsync(Step.EnlistedWork work)
    {
        if (_transaction is not null || _second is not null)
        {
            return;
        }

        var database = _first.Context.Database;
        await database.OpenConnectionAsync();
        var transaction = await database.GetDbConnection().BeginTransactionAsync();
        var events = _dispatcher.Enlist(transaction);
        database.UseTransaction(transaction);
        OpenSecond(transaction);
        Add(_first, Reaction.AddsRow, twin: false);
        Add(_second!, Reaction.Publishes, twin: false);
        var isSaved = await SaveAsync(_first, SaveWay.Plain, work.How) && await SaveAsync(_second!, SaveWay.Plain, work.How);
        if (isSaved && work.ToSavepoint)
        {
            events.CreateSavepoint("enlisted");
            Add(_second!, Reaction.Nothing, twin: false);
            isSaved = await SaveAsync(_second!, SaveWay.Plain, work.How);
            events.RollbackToSavepoint("enlisted");
            ClearAll();
        }

        await (isSaved && work.Commit ? work.How.CommitAsync(events) : work.How.RollbackAsync(events));
        Figures.Count(isSaved && work.Commit ? "commits enlisted" : "rollbacks enlisted");
        if (!isSaved || !work.Commit)
        {
            ClearAll();
            _damage = Damage.None;
        }

        database.UseTransaction(null);
        await CloseSecondAsync();
        await transaction.DisposeAsync();
        await database.CloseConnectionAsync();
    }
}
