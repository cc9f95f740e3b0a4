// As in the core.
global using HandlerCall = System.Func<DomainEvents.IDomainEvent, System.Threading.CancellationToken, System.Threading.Tasks.ValueTask>;
