namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>The aggregate of the programs: a unique title and a concurrency token.</summary>
internal sealed class Parcel : AggregateRoot<int>
{
    public Parcel(int id, string title) => (Id, Title) = (id, title);

    private Parcel()
    {
    }

    public string Title { get; set; } = "";

    public int Version { get; private set; }

    /// <summary>Numbers the instances of a program, whose events have an order each; zero before the first event.</summary>
    public int Stream { get; set; }

    /// <summary>Changes the row and says nothing.</summary>
    public void Touch() => Version++;

    public new void Raise(IDomainEvent domainEvent) => base.Raise(domainEvent);
}
