using DomainEvents.Outbox.Registration;
using DomainEvents.Outbox.Relay;

namespace DomainEvents.Outbox.Operations;

/// <summary>Asks the store, and wakes the relay for what can go on.</summary>
internal sealed class OutboxInspector(OutboxStoreSource stores, OutboxSignal signal) : IOutboxInspector
{
    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default) => stores.Store.GetStatusAsync(cancellationToken);

    public IAsyncEnumerable<DeadLetter> GetDeadLettersAsync(CancellationToken cancellationToken = default) => stores.Store.GetDeadLettersAsync(cancellationToken);

    public async ValueTask<bool> RequeueAsync(long position, string handlerName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handlerName);
        var moved = await stores.Store.RequeueAsync(position, handlerName, cancellationToken).ConfigureAwait(false);
        WakeIf(moved);
        return moved;
    }

    public async ValueTask<bool> DiscardAsync(long position, string handlerName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handlerName);
        var discarded = await stores.Store.DiscardAsync(position, handlerName, cancellationToken).ConfigureAwait(false);
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
