namespace DomainEvents.Tests.Companion;

internal interface IOrderEvent : IDomainEvent;

internal sealed record OrderPlaced(int Number = 1) : DomainEvent, IOrderEvent;

internal sealed record OrderShipped : DomainEvent, IOrderEvent;

internal sealed record OrderLost : DomainEvent;
