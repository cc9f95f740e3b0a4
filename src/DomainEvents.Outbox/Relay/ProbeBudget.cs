namespace DomainEvents.Outbox.Relay;

/// <summary>How many events are to be tried one by one, in all the partitions that were taken over together after an interruption.</summary>
/// <param name="size">As many as their owner can have begun with.</param>
/// <param name="until">When that ends in any case, as others wait meanwhile: whoever dies then finds less before its killer the next time.</param>
internal sealed class ProbeBudget(int size, TimeSpan until)
{
    private int _spent;

    public TimeSpan Until => until;

    public bool IsSpent => _spent >= size;

    public void Spend() => _spent++;
}
