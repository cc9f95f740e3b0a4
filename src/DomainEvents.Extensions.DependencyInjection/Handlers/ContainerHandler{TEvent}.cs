using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Handlers;

/// <inheritdoc/>
internal sealed class ContainerHandler<TEvent>(
    HandlerDescriptor descriptor, TransactionPhase phase, HandlerSource source, IServiceProvider root)
    : ContainerHandler(descriptor, phase)
    where TEvent : notnull
{
    private readonly IServiceScopeFactory _scopes = root.GetRequiredService<IServiceScopeFactory>();
    private HandlerCall? _singletonCall;

    public override HandlerCall? DirectCall =>
        source.IsSingleton ? CallSingleton
        : source.ScopeFreeFactory is { } create ? (domainEvent, token) => ((IEventHandler<TEvent>)create(root, null)).HandleAsync((TEvent)domainEvent, token)
        : null;

    public override ValueTask InvokeAsync(IDomainEvent domainEvent, IServiceProvider? services, CancellationToken cancellationToken) =>
        source.IsSingleton
            ? CallSingleton(domainEvent, cancellationToken)
            : Resolve(services ?? throw new InvalidOperationException(
                $"A middleware called {Descriptor.Name} without services. Pass on EventHandlerContext.Services."))
                .HandleAsync((TEvent)domainEvent, cancellationToken);

    public override HandlerCall OpenServices(ServicesCall call) => source.IsSingleton
        ? (domainEvent, token) => call(domainEvent, root, token)
        : async (domainEvent, token) =>
        {
            // Not 'await using', which with ConfigureAwait boxes the scope.
            var scope = _scopes.CreateAsyncScope();
            try
            {
                await call(domainEvent, scope.ServiceProvider, token).ConfigureAwait(false);
            }
            finally
            {
                await scope.DisposeAsync().ConfigureAwait(false);
            }
        };

    private ValueTask CallSingleton(IDomainEvent domainEvent, CancellationToken cancellationToken) =>
        (_singletonCall ??= Subscription.Bind<TEvent>(Resolve(root).HandleAsync))(domainEvent, cancellationToken);

    private IEventHandler<TEvent> Resolve(IServiceProvider services)
    {
        var handler = (IEventHandler<TEvent>)source.Resolve(services);
        if (Descriptor.HandlerType is null && TransactionPhases.Of(handler.GetType()) != TransactionPhase.AfterCommit)
        {
            throw new InvalidOperationException(
                $"The factory of {Descriptor.Name} failed when handlers were looked up, so the [TransactionPhase] of " +
                $"{TypeNames.FullName(handler.GetType())} was not known. Register the class itself, with AddHandler<THandler>().");
        }

        return handler;
    }
}
