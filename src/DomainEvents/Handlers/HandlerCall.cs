// A delegate type of the framework on purpose: see Subscription.
global using HandlerCall = System.Func<DomainEvents.IDomainEvent, System.Threading.CancellationToken, System.Threading.Tasks.ValueTask>;
