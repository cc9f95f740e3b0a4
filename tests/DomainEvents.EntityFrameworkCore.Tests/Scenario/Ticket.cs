namespace DomainEvents.EntityFrameworkCore.Tests.Scenario;

/// <summary>An aggregate with a child table and a concurrency token.</summary>
internal sealed class Ticket : AggregateRoot<int>
{
    public Ticket(int id, string title)
    {
        (Id, Title) = (id, title);
        Raise(new TicketChanged(id, $"{title} opened"));
    }

    private Ticket()
    {
    }

    public string Title { get; private set; } = "";

    public int Version { get; private set; }

    public ICollection<Note> Notes { get; } = [];

    public ICollection<Ticket> Children { get; } = [];

    public void Rename(string title)
    {
        (Title, Version) = (title, Version + 1);
        Raise(new TicketChanged(Id, $"{title} renamed"));
    }

    public void Close() => Raise(new TicketChanged(Id, $"{Title} closed"));

    /// <summary>Changes the row and says nothing.</summary>
    public void Touch() => Version++;

    public new void Raise(IDomainEvent domainEvent) => base.Raise(domainEvent);
}

internal sealed class Note
{
    public int Id { get; init; }

    public required string Text { get; init; }
}

internal sealed record TicketChanged(int Ticket, string What) : DomainEvent;
