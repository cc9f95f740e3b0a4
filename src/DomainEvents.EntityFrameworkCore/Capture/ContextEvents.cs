using DomainEvents.EntityFrameworkCore.Transactions;
using DomainEvents.Registration;
using DomainEvents.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Capture;

/// <summary>
/// What the events of one context need to know: whose dispatcher they go to, which save is under way, which transaction is
/// open. All of it belongs to a lease: when the context is disposed, or goes back to its pool, nothing is left.
/// </summary>
/// <remarks>
/// It is an interceptor itself, one for each context and in front of those of the options, so that nobody's exception comes
/// between a commit and the news of it. As everything of a context it is for one thread at a time.
/// </remarks>
internal sealed partial class ContextEvents(ICurrentDbContext current, IDbContextOptions options)
    : ISaveChangesInterceptor, IDbTransactionInterceptor, IDbCommandInterceptor, ITransactionHolder, IResettableService, IDisposable, IAsyncDisposable
{
    private EventDispatcher? _dispatcher;
    private bool _isOwnDispatcher;

    private DbContext Context => current.Context;

    private EventDispatcher Dispatcher => _dispatcher ??= FindDispatcher();

    private IServiceProvider Services => options.FindExtension<CoreOptionsExtension>()!.ApplicationServiceProvider!;

    /// <summary>Those of a context.</summary>
    /// <exception cref="InvalidOperationException">The context lacks <c>UseDomainEvents</c>.</exception>
    public static ContextEvents Of(DbContext context) =>
        ((IInfrastructure<IServiceProvider>)context).Instance.GetService<ContextEvents>() ?? throw new InvalidOperationException(
            $"{TypeNames.FullName(context.GetType())} does not collect events: add UseDomainEvents(services) to its options.");

    /// <summary>Joins the context to the scope of a dispatcher for the rest of the lease.</summary>
    public void Attach(EventDispatcher dispatcher)
    {
        if (_dispatcher == dispatcher)
        {
            return;
        }

        if (Transaction is not null || _save is not null || Context.Database.CurrentTransaction is not null)
        {
            throw new InvalidOperationException("A context is attached before it begins a transaction: this one has one open.");
        }

        if (_dispatcher is not null && !_isOwnDispatcher)
        {
            throw new InvalidOperationException("The context already belongs to the dispatcher of another scope.");
        }

        (_dispatcher, _isOwnDispatcher) = (dispatcher, false);
    }

    public void ResetState()
    {
        Finish(AbandonAsync(synchronous: true));
        OwnTransaction()?.Dispose();
        Finish(LeaveAsync(synchronous: true));
        if (_isOwnDispatcher)
        {
            _dispatcher!.Dispose();
        }

        Forget();
    }

    public async Task ResetStateAsync(CancellationToken cancellationToken = default)
    {
        await AbandonAsync(synchronous: false).ConfigureAwait(false);
        if (OwnTransaction() is { } own)
        {
            await own.DisposeAsync().ConfigureAwait(false);
        }

        await LeaveAsync(synchronous: false).ConfigureAwait(false);
        if (_isOwnDispatcher)
        {
            await _dispatcher!.DisposeAsync().ConfigureAwait(false);
        }

        Forget();
    }

    public void Dispose() => ResetState();

    public ValueTask DisposeAsync() => new(ResetStateAsync());

    /// <summary>Ends a transaction, and runs the work after it.</summary>
    private static async ValueTask CompleteAsync(
        EventTransaction transaction, EventTransactionState state, bool synchronous, Exception? cause = null)
    {
        OutsideStrategies.Enter();
        await transaction.CompleteAsync(state, synchronous, cause).ConfigureAwait(false);
    }

    // The tracker is not asked: it is gone, or reset as well.
    private void Forget()
    {
        (_dispatcher, _isOwnDispatcher, _outcome) = (null, false, null);
        (_save, _detectsChanges) = (null, false);
    }

    private EventDispatcher FindDispatcher()
    {
        var services = Services;
        _isOwnDispatcher = services.GetRequiredService<EventBusHost>().IsRoot(services);
        if (_isOwnDispatcher)
        {
            return EventDispatcher.WithoutScope(services);
        }

        var dispatcher = services.GetRequiredService<IEventDispatcher>();
        return dispatcher as EventDispatcher ?? throw new InvalidOperationException(
            $"IEventDispatcher is replaced by {TypeNames.FullName(dispatcher.GetType())}, which saves cannot work with. Leave the one of AddDomainEvents in place.");
    }
}
