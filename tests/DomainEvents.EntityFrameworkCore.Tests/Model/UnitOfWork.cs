using DomainEvents.TestSupport.Databases;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>
/// One scope of a program. It keeps to what Entity Framework Core documents: behind a rollback, also a partial one, the
/// tracker is cleared, as it takes for saved what the database has forgotten.
/// </summary>
internal sealed partial class UnitOfWork : IAsyncDisposable
{
    private readonly ModelDesk _desk;
    private readonly AsyncServiceScope _scope;
    private readonly IEventDispatcher _dispatcher;
    private readonly Session _first;
    private readonly int _stream;
    private Session? _second;

    private UnitOfWork(ModelDesk desk, Ledger ledger)
    {
        (_desk, Ledger, _scope, _stream) = (desk, ledger, desk.CreateScope(), ledger.NextStream());
        _dispatcher = _scope.ServiceProvider.GetRequiredService<IEventDispatcher>();
        _first = new Session(_scope.ServiceProvider.GetRequiredService<ModelContext>());
        _first.Context.Database.AutoSavepointsEnabled = desk.AutoSavepoints;
    }

    public Ledger Ledger { get; }

    private Figures Figures => _desk.Figures;

    public static async Task RunAsync(ModelDesk desk, Ledger ledger, Step[] program)
    {
        var work = new UnitOfWork(desk, ledger);
        try
        {
            foreach (var step in program)
            {
                switch (step)
                {
                    case Step.NextScope:
                        await work.DisposeAsync();
                        work = new UnitOfWork(desk, ledger);
                        break;
                    case Step.RetryingWork retrying when work._transaction is null || !desk.IsSqlite:
                        await RunAsync(desk, ledger, Attempt(retrying, retrying.Failure));
                        await RunAsync(desk, ledger, Attempt(retrying, EndWay.Commit));
                        desk.Figures.Count("units of work done again");
                        break;
                    default:
                        await work.DoAsync(step);
                        break;
                }
            }
        }
        finally
        {
            await work.DisposeAsync();
        }
    }

    /// <summary>Whatever is still open ends with the scope.</summary>
    public async ValueTask DisposeAsync()
    {
        Withhold(_frames);
        _frames.Clear();
        if (_second is not null)
        {
            await _second.Context.DisposeAsync();
        }

        await _scope.DisposeAsync();
        await _dispatcher.WhenIdleAsync();
    }

    private static Step[] Attempt(Step.RetryingWork work, EndWay way) =>
    [
        new Step.BeginTransaction(work.How),
        new Step.Add(On.First, work.Reaction, Twin: false),
        new Step.Save(On.First, SaveWay.Plain, work.How),
        new Step.Add(On.First, Reaction.Nothing, Twin: false),
        new Step.Rename(On.First, 0, Reaction.Nothing, Twin: false),
        new Step.Publish(On.First, work.Reaction, work.How),
        new Step.Save(On.First, SaveWay.Plain, work.How),
        new Step.End(way, work.How),
    ];

    /// <summary>Waits until handlers have ended, as those after a synchronous commit run beside what comes next.</summary>
    private async Task DoAsync(Step step)
    {
        var isRecovery = step is Step.End or Step.EndOutermost or Step.RollbackToSavepoint;
        if (_damage == Damage.None || isRecovery)
        {
            await (step switch
            {
                Step.BeginTransaction begin => BeginTransactionAsync(begin.How),
                Step.CreateSavepoint create => CreateSavepointAsync(create),
                Step.RollbackToSavepoint rollback => RollbackToSavepointAsync(rollback),
                Step.ReleaseSavepoint release => ReleaseSavepointAsync(release),
                Step.End end => EndAsync(end),
                Step.EndOutermost end => EndOutermostAsync(end),
                Step.EnlistedWork enlisted => WorkEnlistedAsync(enlisted),
                Step.SaveAgain again => SaveAgainAsync(again),
                Step.CloseSecond => CloseSecondAsync(),
                _ => ChangeAsync(step),
            });
        }

        await _dispatcher.WhenIdleAsync();
    }

    private Task ChangeAsync(Step step)
    {
        switch (step)
        {
            case Step.Add(var on, var reaction, var twin):
                Add(SessionOf(on), reaction, twin);
                break;
            case Step.Rename(var on, var parcel, var reaction, var twin):
                Rename(SessionOf(on), parcel, reaction, twin);
                break;
            case Step.Touch(var on, var parcel):
                Find(SessionOf(on), parcel)?.Touch();
                break;
            case Step.Say(var on, var parcel, var reaction) when Find(SessionOf(on), parcel) is { } found:
                Raise(SessionOf(on), found, reaction);
                break;
            case Step.Delete(var on, var parcel, var reaction):
                Delete(SessionOf(on), parcel, reaction);
                break;
            case Step.Whisper(var on, var parcel, var how):
                return WhisperAsync(SessionOf(on), parcel, how);
            case Step.Conflict(var on, var parcel):
                return MeetConflictAsync(SessionOf(on), parcel);
            case Step.Publish(var on, var reaction, var how):
                return PublishAsync(SessionOf(on), reaction, how);
            case Step.Save(var on, var way, var how):
                return SaveAsync(SessionOf(on), way, how);
            case Step.Repair(var on):
                return RepairAsync(SessionOf(on));
            case Step.Clear(var on):
                SessionOf(on).Clear();
                break;
            case Step.Load(var on):
                return SessionOf(on).Context.Parcels.LoadAsync();
            case Step.BeginEvents:
                BeginEvents();
                break;
            case Step.OpenSecond when _transaction is not null && _second is null:
                OpenSecond(_transaction.GetDbTransaction());
                break;
            default:
                break;
        }

        return Task.CompletedTask;
    }

    /// <summary>The first, where there is no second.</summary>
    private Session SessionOf(On on) => on == On.Second && _second is not null ? _second : _first;

    private void OpenSecond(System.Data.Common.DbTransaction transaction)
    {
        _second = new Session(_desk.ContextBeside(_first.Context, _scope.ServiceProvider));
        _second.Context.Database.AutoSavepointsEnabled = _desk.AutoSavepoints;
        _second.Context.Database.UseTransaction(transaction);
        Figures.Count("second contexts");
    }

    private async Task CloseSecondAsync()
    {
        if (_second is not null)
        {
            await _second.Context.DisposeAsync();
            _second = null;
        }
    }

    private void ClearAll()
    {
        _first.Clear();
        _second?.Clear();
    }
}
