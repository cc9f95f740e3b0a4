using Microsoft.EntityFrameworkCore;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>A context of a program, and what is known of the events that it has not saved yet.</summary>
internal sealed class Session(ModelContext context)
{
    public ModelContext Context => context;

    /// <summary>Raised, and not yet taken by a save that has succeeded.</summary>
    public HashSet<int> Unsaved { get; } = [];

    /// <summary>
    /// Tracked rows of events that before-commit handlers published through the dispatcher during the save. If that
    /// fails the events are gone, as the handlers run again at the next, and so must be the rows.
    /// </summary>
    public List<Evidence> OfHandlers { get; } = [];

    /// <summary>Aggregates that can be changed, and deleted.</summary>
    public IReadOnlyList<Parcel> Parcels() =>
        [.. context.ChangeTracker.Entries<Parcel>()
            .Where(entry => entry.State != EntityState.Deleted).Select(entry => entry.Entity).OrderBy(parcel => parcel.Id)];

    public void Saved()
    {
        Unsaved.Clear();
        OfHandlers.Clear();
    }

    public void NotSaved()
    {
        foreach (var evidence in OfHandlers)
        {
            context.Entry(evidence).State = EntityState.Detached;
        }

        OfHandlers.Clear();
    }

    public void Clear()
    {
        context.ChangeTracker.Clear();
        Saved();
    }
}
