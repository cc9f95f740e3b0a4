namespace DomainEvents.Outbox.Relay;

/// <summary>What the engine wants done. Each is answered to the engine once.</summary>
internal abstract record RelayCommand
{
    private RelayCommand()
    {
    }

    /// <summary>Prolong the leases.</summary>
    public sealed record Renew(RelayRenewal Renewal, TimeSpan SentAt) : RelayCommand;

    /// <summary>Acknowledge and read. What is owned by then may be lost when the answer comes.</summary>
    public sealed record Exchange(OutboxExchange Request, IReadOnlyDictionary<int, PartitionWork> Owned) : RelayCommand;

    /// <summary>Give partitions back.</summary>
    public sealed record Release(IReadOnlyList<OwnedPartition> Partitions, bool Leaves) : RelayCommand;

    /// <summary>Call handlers.</summary>
    public sealed record Handle(Lane Lane, OutboxEntry Entry, IReadOnlyList<string> Handlers) : RelayCommand;
}
