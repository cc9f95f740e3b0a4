using System.Text.Json.Serialization;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>The event of the programs; it knows the unit of work it belongs to, so that handlers need no shared state.</summary>
/// <param name="Number">Its place among all events of the program, and the key of its evidence.</param>
/// <param name="Stream">Those of one stream are published in the order of their numbers.</param>
/// <param name="Reaction">What its before-commit handler does.</param>
/// <param name="Work">The unit of work that has raised it.</param>
/// <param name="Source">The aggregate that has raised it; none if it goes through the dispatcher.</param>
internal sealed record Happened(
    int Number, int Stream, Reaction Reaction, [property: JsonIgnore] UnitOfWork Work, [property: JsonIgnore] Parcel? Source) : DomainEvent
{
    /// <summary>Whether its evidence is committed before it is published, so that handlers must find it.</summary>
    public bool IsVisible { get; init; } = true;

    /// <summary>Whether a transaction holds it, so that before-commit handlers come strictly first.</summary>
    public bool IsHeld { get; init; } = true;

    public override string ToString() => $"E{Number}";
}

/// <summary>What a before-commit handler does.</summary>
internal enum Reaction
{
    Nothing,

    /// <summary>Adds an aggregate with an event of its own.</summary>
    AddsRow,

    /// <summary>Lets the aggregate raise a further event.</summary>
    RaisesOnSame,

    /// <summary>Publishes a further event through the dispatcher.</summary>
    Publishes,

    ThrowsOnce,

    Throws,
}
