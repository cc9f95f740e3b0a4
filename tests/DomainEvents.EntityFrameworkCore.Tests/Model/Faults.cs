using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>An interceptor of the user's that fails, suppresses or overrules where a program says so, once.</summary>
internal sealed class Faults : ISaveChangesInterceptor, IDbTransactionInterceptor
{
    /// <summary>What comes next; taken away when it has happened.</summary>
    public Fault Next { get; set; }

    public InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result) =>
        Take(Fault.Suppress) ? InterceptionResult<int>.SuppressWithResult(0) : result;

    public ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        new(SavingChanges(eventData, result));

    public int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        ThrowAt(Fault.Saved);
        return result;
    }

    public ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default) =>
        new(SavedChanges(eventData, result));

    public InterceptionResult ThrowingConcurrencyException(ConcurrencyExceptionEventData eventData, InterceptionResult result) =>
        Next == Fault.Overrule ? InterceptionResult.Suppress() : result;

    public ValueTask<InterceptionResult> ThrowingConcurrencyExceptionAsync(
        ConcurrencyExceptionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(ThrowingConcurrencyException(eventData, result));

    public InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        ThrowAt(Fault.Committing);
        return result;
    }

    public ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(TransactionCommitting(transaction, eventData, result));

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => ThrowAt(Fault.Committed);

    public Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        ThrowAt(Fault.Committed);
        return Task.CompletedTask;
    }

    private bool Take(Fault fault)
    {
        if (Next != fault)
        {
            return false;
        }

        Next = Fault.None;
        return true;
    }

    private void ThrowAt(Fault fault)
    {
        if (Take(fault))
        {
            throw new PlannedFailureException();
        }
    }
}

/// <summary>Where <see cref="Faults"/> strikes.</summary>
internal enum Fault
{
    None,
    Suppress,
    Overrule,
    Committing,
    Committed,
    Saved,
}
