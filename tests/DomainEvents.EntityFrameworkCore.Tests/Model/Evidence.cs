namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>A row that is written together with an event: it is committed if, and only if, the event is owed.</summary>
internal sealed class Evidence
{
    /// <summary>The number of the event.</summary>
    public int Id { get; init; }
}
