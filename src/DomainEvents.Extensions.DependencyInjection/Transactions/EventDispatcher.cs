using System.Data.Common;
using DomainEvents.Background;
using DomainEvents.Diagnostics;
using DomainEvents.Registration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DomainEvents.Transactions;

/// <summary>Finds the transaction that a call belongs to, and sees to what a transaction leaves to be done.</summary>
internal sealed partial class EventDispatcher : IEventDispatcher, IAsyncDisposable, IDisposable
{
    private readonly IEventBus _bus;
    private readonly BackgroundQueue _queue;
    private readonly EventTransactionOptions _options;
    private readonly AmbientTransactions _ambient;
    private readonly IdleSignal _work = new();

    // Each with the work after an earlier transaction that opened it: beside that, in the background, the unit of work
    // may have gone on to transactions of its own, and neither knows those of the other.
    private readonly List<(EventTransaction Transaction, CompletionWork? OpenedBy)> _open = [];
    private bool _disposed;

    public EventDispatcher(
        IServiceProvider services, EventBusHost host, IEventBus bus, BackgroundQueue queue, IOptions<EventTransactionOptions> options)
        : this(services, services, host, bus, queue, options)
    {
    }

    private EventDispatcher(
        IServiceProvider services,
        IServiceProvider? scope,
        EventBusHost host,
        IEventBus bus,
        BackgroundQueue queue,
        IOptions<EventTransactionOptions> options)
    {
        (_bus, _queue, _options, IsScoped) = (bus, queue, options.Value, scope is not null);
        Logger = (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger<IEventDispatcher>();
        BeforeCommit = new BeforeCommitHandlers(host.Bus, scope, Logger);
        AfterCompletion = new AfterCompletionHandlers(host.Bus, bus, Logger);
        _ambient = new AmbientTransactions(this);
        Outbox = services.GetService<IEventOutbox>();
    }

    public ILogger Logger { get; }

    /// <summary>Whether it is of a scope, and not of one context, whose transactions others may go on with.</summary>
    public bool IsScoped { get; }

    /// <summary>Where committed events are stored; <see langword="null"/> if handlers get them in memory.</summary>
    public IEventOutbox? Outbox { get; }

    public BeforeCommitHandlers BeforeCommit { get; }

    public AfterCompletionHandlers AfterCompletion { get; }

    public int MaxBeforeCommitRounds => _options.MaxBeforeCommitRounds;

    public EventTransaction? Current
    {
        get
        {
            lock (_open)
            {
                _open.RemoveAll(open => open.Transaction.State != EventTransactionState.Active);
                for (var work = CompletionWork.RunningFor(this); ; work = work.Outer)
                {
                    var innermost = _open.FindLast(open => open.OpenedBy == work && !open.Transaction.IsHidden).Transaction;
                    if (innermost is not null || work is not { IsInline: true })
                    {
                        return innermost;
                    }
                }
            }
        }
    }

    public EventTransaction Begin() => Open(enlisted: null, FindOuter(), Outbox);

    public EventTransaction Enlist(DbTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ObjectDisposedException.ThrowIf(_disposed, typeof(IEventDispatcher));
        Outbox?.ThrowIfForeign(transaction);
        var known = Know(EnlistedTransaction.Join(
            transaction, enlisted => Open(enlisted, FindInnermost(transaction.Connection) is { IsBehindLost: false } outer ? outer : null, Outbox)));
        known.Outbox ??= Outbox; // a context without an outbox may have met it first
        known.MarkEnlisted();
        return known;
    }

    public ValueTask<PublishResult> PublishAsync(IDomainEvent domainEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(domainEvent);
        return PublishAsync(
            domainEvent, static (transaction, one) => transaction.Enqueue(one), static (bus, one, token) => bus.PublishAsync(one, token), cancellationToken);
    }

    public ValueTask<PublishResult> PublishFromAsync(IHasDomainEvents source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return PublishAsync(
            source,
            static (transaction, aggregate) => transaction.Enqueue(aggregate),
            static (bus, aggregate, token) => bus.PublishAllAsync(aggregate.PullDomainEvents(), token),
            cancellationToken);
    }

    public void OnCommitted(Func<CancellationToken, ValueTask> callback, string? name = null)
    {
        var registered = Callback.Of(Occasions.AfterCommit, callback, name);
        if (CompletionWork.RunningFor(this) is not null && FindInnermost() is null && CompletionWork.TryContinue(this, registered))
        {
            return;
        }

        if (Innermost() is { } transaction)
        {
            transaction.Register(registered);
        }
        else
        {
            _queue.Enqueue(new CompletionWork(this, registered));
        }
    }

    public void OnRolledBack(Func<CancellationToken, ValueTask> callback, string? name = null)
    {
        var registered = Callback.Of(Occasions.AfterRollback, callback, name);
        Innermost()?.Register(registered);
    }

    public Task WhenIdleAsync(CancellationToken cancellationToken = default)
    {
        if (CompletionWork.RunningFor(this) is not null)
        {
            throw new InvalidOperationException("WhenIdleAsync was called from the work that it waits for, which would never end.");
        }

        _ambient.LookForCompleted();
        return _work.WhenIdle().WaitAsync(cancellationToken);
    }

    /// <summary>Runs what a transaction has left: here and now, or in the background.</summary>
    public async ValueTask<PublishResult> FinishAsync(IReadOnlyList<BufferEntry> entries, Occasions occasion, bool synchronous)
    {
        var work = new CompletionWork(this, entries, occasion);
        if (work.IsEmpty)
        {
            return default;
        }

        if (synchronous)
        {
            _queue.Enqueue(work);
            return default;
        }

        if (_queue.TakesEverything)
        {
            await _queue.EnqueueAsync(work).ConfigureAwait(false);
            return default;
        }

        return await work.RunInlineAsync(_queue.Stopping).ConfigureAwait(false);
    }

    public void RollBackAmbient(Exception cause) => _ambient.RollBack(System.Transactions.Transaction.Current, cause);

    public void WorkStarted() => _work.Enter();

    public void WorkEnded() => _work.Leave();

    public async ValueTask DisposeAsync()
    {
        foreach (var transaction in CloseAndTakeOpen())
        {
            await transaction.EndWithScopeAsync(synchronous: false).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        foreach (var transaction in CloseAndTakeOpen())
        {
            transaction.EndWithScopeAsync(synchronous: true).AsTask().GetAwaiter().GetResult(); // complete already
        }
    }

    private ValueTask<PublishResult> PublishAsync<T>(
        T published,
        Action<EventTransaction, T> enqueue,
        Func<IEventBus, T, CancellationToken, ValueTask<PublishResult>> publishInMemory,
        CancellationToken cancellationToken)
    {
        var transaction = Innermost();
        if (cancellationToken.IsCancellationRequested)
        {
            return InMemoryEventBus.CanceledAsync(cancellationToken);
        }

        if (transaction is null)
        {
            return Outbox is null
                ? publishInMemory(_bus, published, cancellationToken)
                : PublishThroughOutboxAsync(published, enqueue, cancellationToken);
        }

        enqueue(transaction, published);
        return transaction.IsAmbient ? _ambient.RunBeforeCommitAsync(transaction, cancellationToken) : default;
    }

    /// <summary>The open transaction that a call joins. Not one that has lost its database transaction: with it would be lost what joins it.</summary>
    private EventTransaction? FindOuter()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(IEventDispatcher));
        var outer = FindInnermost();
        outer?.ThrowIfLost();
        return outer;
    }

    /// <summary>One that another scope has enlisted is an open transaction of this scope from now on.</summary>
    private EventTransaction Know(EventTransaction enlisted)
    {
        lock (_open)
        {
            if (!_open.Exists(open => open.Transaction == enlisted))
            {
                _open.Add((enlisted, CompletionWork.RunningFor(this)));
            }
        }

        enlisted.HandOverTo(this);
        return enlisted;
    }

    private EventTransaction Open(EnlistedTransaction? enlisted, EventTransaction? outer, IEventOutbox? outbox)
    {
        var transaction = new EventTransaction(this, outer, enlisted) { Outbox = outbox };
        lock (_open)
        {
            _open.Add((transaction, CompletionWork.RunningFor(this)));
        }

        return transaction;
    }

    /// <summary>The transaction that a call belongs to; none is what the policy allows, or not.</summary>
    private EventTransaction? Innermost()
    {
        var innermost = FindOuter();
        return innermost is not null || _options.NoTransaction != NoTransactionPolicy.Throw
            ? innermost
            : throw new InvalidOperationException(
                "No transaction is open, and EventTransactionOptions.NoTransaction is Throw. Open one first with IEventDispatcher.Begin " +
                "or Enlist or a TransactionScope, or set the policy to PublishImmediately.");
    }

    /// <summary>The open transaction that a call is made in.</summary>
    /// <param name="next">The connection that the call begins a transaction on, if it does.</param>
    private EventTransaction? FindInnermost(DbConnection? next = null)
    {
        _ambient.LookForCompleted();
        var current = Current;
        while (current?.EndIfLost(next) is true)
        {
            current = Current;
        }

        var ambient = _ambient.Current(mustNotBeLost: current is null && CompletionWork.RunningFor(this) is null);
        return ambient is null || (current is not null && current.IsWithin(ambient)) ? current : ambient;
    }

    private List<EventTransaction> CloseAndTakeOpen()
    {
        if (_disposed)
        {
            return [];
        }

        _disposed = true;
        _ambient.LookForCompleted();
        lock (_open)
        {
            var open = _open.ConvertAll(open => open.Transaction).FindAll(
                transaction => transaction.State == EventTransactionState.Active && transaction.Dispatcher == this && (IsScoped || !transaction.IsHeld));
            open.Reverse();
            if (open.Count(transaction => transaction is { IsOfOthers: false, IsHidden: false }) is > 0 and var count)
            {
                Log.Contained(() => TransactionLog.LeftOpen(Logger, count));
            }

            return open;
        }
    }
}
