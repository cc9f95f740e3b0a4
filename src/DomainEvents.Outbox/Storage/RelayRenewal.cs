namespace DomainEvents.Outbox;

/// <summary>A relay says that it is there, and what it has.</summary>
/// <param name="Relay">The name of the relay, its own among all that there are and were.</param>
/// <param name="Owned">The partitions that it holds to be its own.</param>
/// <param name="Handlers">What it can handle.</param>
/// <param name="LeaseDuration">How long the lease is to last from now, by the clock of the database.</param>
/// <param name="IsLeaving">
/// Whether it is about to end: it keeps what it still works on, takes nothing over, and does not count for shares. <see langword="false"/> as a rule.
/// </param>
public sealed record RelayRenewal(
    string Relay,
    IReadOnlyList<OwnedPartition> Owned,
    IReadOnlyList<HandlerAnnouncement> Handlers,
    TimeSpan LeaseDuration,
    bool IsLeaving = false);
