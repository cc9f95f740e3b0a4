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
        : (domainEvent, token) => CallInScope(call, domainEvent, token);

    /// <summary>As an async method would: what the call does to the context of the caller is undone, but with no state machine.</summary>
    private ValueTask CallInScope(ServicesCall call, IDomainEvent domainEvent, CancellationToken cancellationToken)
    {
        var context = ExecutionContext.Capture();
        var synchronizationContext = SynchronizationContext.Current;
        try
        {
            return CallAndDispose(call, domainEvent, cancellationToken);
        }
        finally
        {
            if (SynchronizationContext.Current != synchronizationContext)
            {
                SynchronizationContext.SetSynchronizationContext(synchronizationContext);
            }

            // None was captured where the publisher suppresses the flow: there is nothing to go back to.
            if (context is not null && ExecutionContext.Capture() != context)
            {
                ExecutionContext.Restore(context);
            }
        }
    }

    private ValueTask CallAndDispose(ServicesCall call, IDomainEvent domainEvent, CancellationToken cancellationToken)
    {
        var scope = _scopes.CreateAsyncScope();
        try
        {
            var task = call(domainEvent, scope.ServiceProvider, cancellationToken);
            if (!task.IsCompletedSuccessfully)
            {
                return WaitAndDispose(task, scope);
            }

            task.GetAwaiter().GetResult(); // hands a pooled task back to its owner
        }
        catch (Exception exception)
        {
            // Not the handler's own task, which may be consumed by now.
            return WaitAndDispose(ValueTask.FromException(exception), scope);
        }

        return scope.DisposeAsync();
    }

    private static async ValueTask WaitAndDispose(ValueTask task, AsyncServiceScope scope)
    {
        // Not 'await using', which with ConfigureAwait boxes the scope.
        try
        {
            await task.ConfigureAwait(false);
        }
        finally
        {
            await scope.DisposeAsync().ConfigureAwait(false);
        }
    }

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
