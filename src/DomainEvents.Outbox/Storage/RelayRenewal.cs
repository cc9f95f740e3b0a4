namespace DomainEvents.Outbox;

/// <summary>A relay says that it is there, and what it has.</summary>
/// <param name="Relay">The name of the relay, its own among all that there are and were.</param>
/// <param name="Owned">The partitions that it holds to be its own.</param>
/// <param name="Handlers">What it can handle.</param>
/// <param name="LeaseDuration">How long the lease is to last from now, by the clock of the database.</param>
public sealed record RelayRenewal(
    string Relay, IReadOnlyList<OwnedPartition> Owned, IReadOnlyList<HandlerAnnouncement> Handlers, TimeSpan LeaseDuration);
