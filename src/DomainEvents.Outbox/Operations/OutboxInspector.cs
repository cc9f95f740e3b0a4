using DomainEvents.Outbox.Relay;

namespace DomainEvents.Outbox.Operations;

/// <summary>Asks the store, and wakes the relay for what can go on.</summary>
internal sealed class OutboxInspector(IOutboxStore store, OutboxSignal signal) : IOutboxInspector
{
    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default) => store.GetStatusAsync(cancellationToken);

    public IAsyncEnumerable<DeadLetter> GetDeadLettersAsync(CancellationToken cancellationToken = default) => store.GetDeadLettersAsync(cancellationToken);

    public async ValueTask<bool> RequeueAsync(long position, string handlerName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handlerName);
        var moved = await store.RequeueAsync(position, handlerName, cancellationToken).ConfigureAwait(false);
        WakeIf(moved);
        return moved;
    }

    public async ValueTask<bool> DiscardAsync(long position, string handlerName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handlerName);
        var discarded = await store.DiscardAsync(position, handlerName, cancellationToken).ConfigureAwait(false);
        WakeIf(discarded);
        return discarded;
    }

    private void WakeIf(bool changed)
    {
        if (changed)
        {
            signal.Committed();
        }
    }
}
