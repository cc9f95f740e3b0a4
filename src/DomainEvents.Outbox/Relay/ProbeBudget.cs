namespace DomainEvents.Outbox.Relay;

/// <summary>How many events are to be tried one by one, in all the partitions that were taken over together after an interruption.</summary>
/// <param name="size">As many as their owner can have begun with.</param>
internal sealed class ProbeBudget(int size)
{
    private int _spent;

    public bool IsSpent => _spent >= size;

    public void Spend() => _spent++;
}
