using System.Globalization;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <content>What raises events, and writes the evidence of each.</content>
internal sealed partial class UnitOfWork
{
    private const string TwinTitle = "twin";

    private Session? _preparing;
    private bool _writesBeside;
    private How _how;

    /// <summary>The before-commit handler of an event.</summary>
    public async ValueTask PrepareAsync(Happened domainEvent)
    {
        if (domainEvent.Reaction is Reaction.Throws or Reaction.ThrowsOnce)
        {
            var isFirst = Ledger.Refuse(domainEvent.Number);
            if (isFirst || domainEvent.Reaction == Reaction.Throws)
            {
                Figures.Count("refusals");
                throw new PlannedFailureException();
            }
        }

        if (_how == How.Asynchronously)
        {
            await Task.Yield();
        }

        switch (domainEvent.Reaction)
        {
            case Reaction.AddsRow:
                Add(_preparing ?? _first, Reaction.Nothing, twin: false);
                break;
            case Reaction.RaisesOnSame when _preparing is { } session && session.Parcels().Contains(domainEvent.Source):
                Raise(session, domainEvent.Source!, Reaction.Nothing);
                break;
            case Reaction.Publishes when _preparing is { } session && !_writesBeside:
                var further = NewEvent();
                Ledger.Follows(further.Number, domainEvent);
                var evidence = new Evidence { Id = further.Number };
                session.OfHandlers.Add(evidence);
                session.Context.Add(evidence);
                await _dispatcher.PublishAsync(further);
                break;
            case Reaction.Publishes:
                Ledger.Follows(await PublishAsync(_first, Reaction.Nothing, _how), domainEvent);
                break;
            default:
                break;
        }

        Ledger.Prepared(domainEvent.Number);
    }

    private static Parcel? Find(Session session, int index) =>
        session.Parcels() is { Count: > 0 } parcels ? parcels[index % parcels.Count] : null;

    private void Add(Session session, Reaction reaction, bool twin)
    {
        var number = Ledger.NextNumber();
        var parcel = new Parcel(number, twin ? TwinTitle : NewTitle());
        session.Context.Add(parcel);
        Raise(session, parcel, reaction);
    }

    private void Rename(Session session, int index, Reaction reaction, bool twin)
    {
        if (Find(session, index) is { } parcel)
        {
            parcel.Title = twin ? TwinTitle : NewTitle();
            parcel.Touch();
            Raise(session, parcel, reaction);
        }
    }

    private void Delete(Session session, int index, Reaction reaction)
    {
        // Removed before it was ever saved it would be forgotten, its events with it.
        if (Find(session, index) is { } parcel && session.Context.Entry(parcel).State != EntityState.Added)
        {
            session.Context.Remove(parcel);
            Raise(session, parcel, reaction);
        }
    }

    private string NewTitle() => Ledger.NextNumber().ToString(CultureInfo.InvariantCulture);

    private void Raise(Session session, Parcel parcel, Reaction reaction)
    {
        var domainEvent = NewEvent(session, parcel, reaction);
        parcel.Raise(domainEvent);
        session.Context.Add(new Evidence { Id = domainEvent.Number });
    }

    private async Task WhisperAsync(Session session, int index, How how)
    {
        if (Find(session, index) is not { } parcel || session.Context.ChangeTracker.HasChanges())
        {
            return;
        }

        var domainEvent = NewEvent(session, parcel) with { IsVisible = _frames.Count > 0 };
        parcel.Raise(domainEvent);
        if (await SaveAsync(session, SaveWay.Plain, how))
        {
            await InsertAsync(session, domainEvent.Number, how);
            Figures.Count("saves with nothing to write");
        }
        else
        {
            session.Context.Add(new Evidence { Id = domainEvent.Number });
        }
    }

    private async Task<int> PublishAsync(Session session, Reaction reaction, How how)
    {
        var isHeld = _frames.Count > 0;
        var domainEvent = NewEvent(reaction: isHeld ? reaction : Reaction.Nothing) with { IsHeld = isHeld };
        await InsertAsync(session, domainEvent.Number, how);
        await _dispatcher.PublishAsync(domainEvent);
        Figures.Count(isHeld ? "held by the dispatcher" : "published at once");
        return domainEvent.Number;
    }

    private static Task InsertAsync(Session session, int number, How how) => how == How.Asynchronously
        ? session.Context.Database.ExecuteSqlAsync($"INSERT INTO evidence VALUES ({number})")
        : Task.FromResult(session.Context.Database.ExecuteSql($"INSERT INTO evidence VALUES ({number})"));

    /// <summary>An event of an aggregate, which waits for its save, or of the dispatcher.</summary>
    private Happened NewEvent(Session? session = null, Parcel? parcel = null, Reaction reaction = Reaction.Nothing)
    {
        var number = Ledger.NextNumber();
        session?.Unsaved.Add(number);
        foreach (var frame in HoldersOf(isPublished: parcel is null))
        {
            frame.Events.Add(number);
        }

        if (parcel is { Stream: 0 })
        {
            parcel.Stream = Ledger.NextStream();
        }

        // In an outbox only those of an aggregate have an order.
        var stream = parcel?.Stream ?? (_desk.HasOutbox ? Ledger.NextStream() : _stream);
        return new Happened(number, stream, reaction, this, parcel);
    }

    /// <summary>
    /// The transactions whose end decides about an event. With an outbox the rows decide about those that are saved with rows,
    /// and a transaction of events only where it is inside that of the rows.
    /// </summary>
    private IEnumerable<Frame> HoldersOf(bool isPublished)
    {
        if (!_desk.HasOutbox)
        {
            return _frames;
        }

        var ofRows = _frames.FindIndex(frame => frame.Manual is null);
        var isAlone = ofRows < 0 && (!isPublished || (_preparing is not null && !_writesBeside));
        return isAlone ? [] : _frames.Skip(ofRows + 1);
    }

    /// <summary>Somebody else is first; within a transaction, whose rows are locked, it is a statement of its own.</summary>
    private async Task MeetConflictAsync(Session session, int index)
    {
        if (Find(session, index) is not { } parcel || session.Context.Entry(parcel).State == EntityState.Added)
        {
            return;
        }

        await (_transaction is null
            ? _desk.ChangeAsync(parcel.Id)
            : session.Context.Database.ExecuteSqlAsync($"UPDATE parcels SET version = version + 10 WHERE id = {parcel.Id}"));
        parcel.Touch();
    }

    private static async Task RepairAsync(Session session)
    {
        foreach (var entry in session.Context.ChangeTracker.Entries<Parcel>().ToArray())
        {
            if (entry.State == EntityState.Added)
            {
                entry.Entity.Title = entry.Entity.Id.ToString(CultureInfo.InvariantCulture);
            }
            else if (await entry.GetDatabaseValuesAsync() is { } values)
            {
                entry.OriginalValues.SetValues(values);
                entry.Entity.Title = entry.Entity.Title == TwinTitle ? $"no {TwinTitle} {entry.Entity.Id}" : entry.Entity.Title;
            }
            else
            {
                session.Clear(); // somebody has deleted it
                return;
            }
        }
    }
}
