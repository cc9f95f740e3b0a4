namespace DomainEvents.Transactions;

/// <content>Events that no transaction is around, where there is an outbox.</content>
internal sealed partial class EventDispatcher
{
    /// <summary>Where nothing is around an event, it gets a transaction of its own, which no other call, beside this one, joins.</summary>
    private async ValueTask<PublishResult> PublishThroughOutboxAsync<T>(T published, Action<EventTransaction, T> enqueue, CancellationToken cancellationToken)
    {
        var own = new EventTransaction(this, outer: null) { Outbox = Outbox };
        await using (own.ConfigureAwait(false))
        {
            enqueue(own, published);
            return await own.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
