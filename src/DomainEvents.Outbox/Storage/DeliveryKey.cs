namespace DomainEvents.Outbox;

/// <summary>What is in order: the events of one stream for one handler.</summary>
/// <param name="Handler">The name of the handler; empty for all of them.</param>
/// <param name="Stream">The stream.</param>
public readonly record struct DeliveryKey(string Handler, string Stream);
