using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DomainEvents;

/// <summary>Carries events to handlers in memory, concurrently; a failing handler stops nobody. Thread-safe.</summary>
/// <remarks>
/// Usable with no container. Handlers run without a synchronization context, so waiting for a publish on a thread that
/// has one does not deadlock. When all handlers complete synchronously a publish allocates nothing.
/// </remarks>
public sealed class InMemoryEventBus : IEventBus
{
    private readonly int _maxPublishDepth;
    private readonly object _gate = new();
    private HandlerLinker _linker;
    private volatile HandlerTable _table;
    private volatile PlanCache _plans; // those of the table, one step nearer to the publish path

    /// <summary>Creates a bus with no handlers.</summary>
    /// <param name="options">How handlers run; read now, later changes have no effect. <see langword="null"/>: the defaults.</param>
    /// <param name="logger">Where failures are told; <see langword="null"/>: nowhere.</param>
    /// <exception cref="ArgumentException">The options' middleware contains <see langword="null"/>.</exception>
    public InMemoryEventBus(EventBusOptions? options = null, ILogger<InMemoryEventBus>? logger = null)
    {
        options ??= new EventBusOptions();
        _linker = new HandlerLinker(options, []);
        _maxPublishDepth = options.MaxPublishDepth;
        _table = new HandlerTable(new PublishSettings(
            FanOutStrategy.For(options), options.TimeProvider, (ILogger?)logger ?? NullLogger.Instance));
        _plans = _table.ImmediatePlans;
    }

    /// <inheritdoc/>
    public ValueTask<PublishResult> PublishAsync(IDomainEvent domainEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(domainEvent);
        if (cancellationToken.IsCancellationRequested)
        {
            return CanceledAsync(cancellationToken);
        }

        var plan = _plans.For(domainEvent);
        if (plan.AllAtOnce is not { } calls || Telemetry.IsListenedTo || SynchronizationContext.Current is not null)
        {
            return PublishAsync(plan, domainEvent, cancellationToken);
        }

        // The usual publish, in one frame and with as little as possible alive behind the try: each step was measured.
        ref var depth = ref PublishDepth.Enter(_maxPublishDepth);
        var next = 0;
        object left; // by the handler before the next: its exception, or what waits for it
        try
        {
            for (var i = 0; i < calls.Length; i++)
            {
                next = i + 1;
                var task = calls[i].InvokeAsync(domainEvent, cancellationToken);
                if (!task.IsCompletedSuccessfully)
                {
                    left = PendingHandlers.Start(plan, domainEvent, i, task);
                    goto Finish;
                }

                task.GetAwaiter().GetResult(); // hands a pooled task back to its owner
            }

            depth--;
            return new(new PublishResult(plan.Success));
        }
#pragma warning disable CA1031 // any failure of a handler is data here
        catch (Exception exception)
#pragma warning restore CA1031
        {
            left = exception;
        }

    Finish:
        return FinishAsync(plan, next, domainEvent, left, ref depth, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<PublishResult> PublishAllAsync(
        IEnumerable<IDomainEvent> domainEvents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(domainEvents);
        IDomainEvent[] events = [.. domainEvents];
        if (events.Contains(null))
        {
            throw new ArgumentNullException(nameof(domainEvents), "One of the events is null; none was published.");
        }

        return cancellationToken.IsCancellationRequested
            ? CanceledAsync(cancellationToken)
            : PublishInOrderAsync(events, cancellationToken);
    }

    /// <inheritdoc/>
    public IDisposable Subscribe<TEvent>(IEventHandler<TEvent> handler, SubscribeOptions? options = null)
        where TEvent : notnull
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(Subscription.Of(handler, options));
    }

    /// <inheritdoc/>
    public IDisposable Subscribe<TEvent>(
        Func<TEvent, CancellationToken, ValueTask> handler, SubscribeOptions? options = null)
        where TEvent : notnull
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(Subscription.Of(handler, options));
    }

    /// <inheritdoc/>
    public IReadOnlyList<HandlerDescriptor> HandlersFor(Type eventType)
    {
        ArgumentNullException.ThrowIfNull(eventType);
        return Array.ConvertAll(_table.Preview(eventType).Handlers, handler => handler.Registration.Descriptor);
    }

    /// <summary>
    /// Adds what a container knows. It comes after the constructor, as middleware and handlers may ask for the bus when
    /// they are made.
    /// </summary>
    internal void Open(IEnumerable<IEventMiddleware> middleware, IEnumerable<HandlerRegistration> registrations)
    {
        lock (_gate)
        {
            _linker = _linker.With(middleware);
            Replace(_table.With([.. registrations.Select(_linker.Link)]));
        }
    }

    internal bool IsClosed => _table == HandlerTable.Closed;

    internal PublishSettings Settings => _table.Settings;

    internal IEnumerable<HandlerRegistration> Handlers => _table.Registrations;

    internal LinkedHandler[] HandlersOf(Type eventType, Occasions occasion) => _table.HandlersOf(eventType, occasion);

    internal PublishPlan Plan(IDomainEvent domainEvent, Occasions occasion) => _table.Plan(domainEvent, occasion);

    /// <summary>Runs a plan whatever the state of the token: what a commit owes is at least tried.</summary>
    internal ValueTask<PublishResult> PublishAsync(
        PublishPlan plan, IDomainEvent domainEvent, CancellationToken cancellationToken)
    {
        var calls = plan.Calls;
        if (calls.Length == 0)
        {
            return default;
        }

        if (Telemetry.IsListenedTo)
        {
            Telemetry.CountPublished(plan);
            calls = plan.ObservedCalls;
        }

        ref var depth = ref PublishDepth.Enter(_maxPublishDepth);
        var context = SynchronizationContext.Current;
        if (context is not null)
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }

        try
        {
            return plan.Settings.FanOut.RunAsync(plan, calls, domainEvent, cancellationToken);
        }
        finally
        {
            depth--;
            if (context is not null)
            {
                SynchronizationContext.SetSynchronizationContext(context);
            }
        }
    }

    /// <summary>From now on a publish throws <see cref="ObjectDisposedException"/>. Publishes under way go on.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            Replace(HandlerTable.Closed);
        }
    }

    internal static async ValueTask<PublishResult> CanceledAsync(CancellationToken cancellationToken)
    {
        // In an async method the throw makes a cancelled task, and reaches the caller as it is.
        await default(ValueTask).ConfigureAwait(false);
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>The way of publishes whose handler <paramref name="next"/> - 1 threw, or has not completed yet.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ValueTask<PublishResult> FinishAsync(
        PublishPlan plan, int next, IDomainEvent domainEvent, object left, ref int depth, CancellationToken cancellationToken)
    {
        try
        {
            var pending = left as PendingHandlers ?? PendingHandlers.Start(plan, domainEvent, next - 1, (Exception)left);
            var calls = plan.Calls;
            return ConcurrentFanOut.RunStageAsync(plan, calls, next, calls.Length, domainEvent, pending, cancellationToken);
        }
        finally
        {
            depth--; // also where memory runs out, or the thread would stay one too deep for good
        }
    }

    private async ValueTask<PublishResult> PublishInOrderAsync(IDomainEvent[] events, CancellationToken cancellationToken)
    {
        PublishResult result = default;
        foreach (var domainEvent in events)
        {
            var plan = _plans.For(domainEvent);
            result = result.And(await PublishAsync(plan, domainEvent, cancellationToken).ConfigureAwait(false));
        }

        return result;
    }

    /// <summary>Called under the lock.</summary>
    private void Replace(HandlerTable table)
    {
        _table = table;
        _plans = table.ImmediatePlans;
    }

    private Unsubscriber Add(Subscription subscription)
    {
        lock (_gate)
        {
            var handler = _linker.Link(subscription);
            Replace(_table.With(handler));
            return new Unsubscriber(this, handler);
        }
    }

    private void Remove(LinkedHandler handler)
    {
        lock (_gate)
        {
            Replace(_table.Without(handler));
        }
    }

    /// <summary>Forgets the handler when disposed, so that holding on to it holds on to nothing else.</summary>
    private sealed class Unsubscriber(InMemoryEventBus bus, LinkedHandler handler) : IDisposable
    {
        private LinkedHandler? _handler = handler;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _handler, null) is { } handler)
            {
                bus.Remove(handler);
            }
        }
    }
}
