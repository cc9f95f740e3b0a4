namespace DomainEvents.EntityFrameworkCore.Tests;

/// <summary>A row.</summary>
internal sealed class Order
{
    public required int Id { get; init; }
}
