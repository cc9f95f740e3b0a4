namespace DomainEvents.Outbox.Relay;

/// <summary>A partition that the relay owns.</summary>
/// <param name="leased">What the store has said about it.</param>
/// <param name="probes">What is to be tried one by one, each noted before, as its last owner was gone in the middle; otherwise <see langword="null"/>.</param>
internal sealed class PartitionWork(LeasedPartition leased, ProbeBudget? probes)
{
    private bool _hasGivenUp;

    /// <summary>So often may an owner be gone while one event is tried; then the event is a dead letter.</summary>
    public const int MaxInterruptions = 3;

    public OwnedPartition Owned => leased.Owned;

    /// <summary>Whether it is being given back: nothing new is begun.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>How many lanes there are in it.</summary>
    public int Lanes { get; set; }

    /// <summary>How many events are to be tried one by one, in this partition and others; <see langword="null"/> if none are.</summary>
    public ProbeBudget? Probes { get; private set; } = probes;

    /// <summary>Whether events are still to be tried one by one.</summary>
    public bool IsOnTrial => Probes is { IsSpent: false };

    /// <summary>Whether an event is to be given up. Once: whoever requeues it wants it tried.</summary>
    public bool HasKilled(long position) =>
        !_hasGivenUp && leased.Interruption is { Count: >= MaxInterruptions } interruption && interruption.Position == position;

    /// <summary>The same, after the relay had given it up too soon: its lease was prolonged after all.</summary>
    public PartitionWork Again(bool isLeaving) => new(leased, Probes) { _hasGivenUp = _hasGivenUp, IsLeaving = isLeaving };

    public void GaveUp() => _hasGivenUp = true;

    /// <summary>Nothing is left in it that its last owner can have begun with.</summary>
    public void EndTrial() => Probes = null;
}
