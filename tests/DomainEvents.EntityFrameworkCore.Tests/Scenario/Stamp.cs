namespace DomainEvents.EntityFrameworkCore.Tests.Scenario;

/// <summary>An aggregate with nothing but a key, which the database makes: an answer to be read, and nothing to update.</summary>
internal sealed class Stamp : AggregateRoot<int>
{
    public void Use(string what) => Raise(new TicketChanged(0, what));
}
