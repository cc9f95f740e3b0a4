using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace DomainEvents;

/// <summary>
/// The started handlers of one stage that have not ended yet: completes when the last of them does. Pooled, so that an
/// asynchronous fan-out allocates nothing beyond the handlers' own state.
/// </summary>
internal sealed class PendingHandlers : IValueTaskSource<PublishResult>
{
    private const int MaxPooled = 64;
    private const int MaxPooledSlots = 256;

    private static readonly ConcurrentQueue<PendingHandlers> Pool = [];

    private readonly List<Slot> _slots = [];
    private ManualResetValueTaskSourceCore<PublishResult> _core;
    private PublishPlan _plan = null!;
    private IDomainEvent _event = null!;
    private ExecutionContext? _publisherContext;
    private FailureList? _failures;
    private int _used;
    private int _running;

    /// <summary>Every stage of a plan is reported with the count of the whole plan; stages are counted together.</summary>
    public static PendingHandlers Rent(PublishPlan plan, IDomainEvent domainEvent)
    {
        var pending = Pool.TryDequeue(out var pooled) ? pooled : new PendingHandlers();
        pending._plan = plan;
        pending._event = domainEvent;
        pending._publisherContext = ExecutionContext.Capture();
        pending._running = 1; // the publisher itself, until it waits
        return pending;
    }

    /// <summary>For the first handler that did not complete at once. Not inlined, as few publishes come here.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static PendingHandlers Start(PublishPlan plan, IDomainEvent domainEvent, int handlerIndex, ValueTask task)
    {
        var pending = Rent(plan, domainEvent);
        try
        {
            pending.Add(handlerIndex, task);
        }
#pragma warning disable CA1031 // a task that cannot be waited for is a failure of its handler
        catch (Exception exception)
#pragma warning restore CA1031
        {
            pending.Fail(handlerIndex, exception);
        }

        return pending;
    }

    /// <summary>For the first handler that threw.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static PendingHandlers Start(PublishPlan plan, IDomainEvent domainEvent, int handlerIndex, Exception exception)
    {
        var pending = Rent(plan, domainEvent);
        pending.Fail(handlerIndex, exception);
        return pending;
    }

    /// <summary>Takes over a handler's task that did not complete successfully right away.</summary>
    public void Add(int handlerIndex, ValueTask task)
    {
        if (_used == _slots.Count)
        {
            _slots.Add(new Slot(this));
        }

        Interlocked.Increment(ref _running);
        _slots[_used++].Wait(handlerIndex, task);
    }

    public void Fail(int handlerIndex, Exception exception) =>
        LazyInitializer.EnsureInitialized(ref _failures, () => new FailureList(_plan, _event)).Add(handlerIndex, exception);

    /// <summary>Called once, after the last handler was started.</summary>
    public ValueTask<PublishResult> WhenAllAsync()
    {
        if (Interlocked.Decrement(ref _running) > 0)
        {
            return new ValueTask<PublishResult>(this, _core.Version);
        }

        var result = Result();
        Return();
        return new ValueTask<PublishResult>(result);
    }

    PublishResult IValueTaskSource<PublishResult>.GetResult(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            Block(token);
        }

        var result = _core.GetResult(token);
        Return();
        return result;
    }

    ValueTaskSourceStatus IValueTaskSource<PublishResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<PublishResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Waits, for callers that ask a value task for its result too early; they would get an exception.</summary>
    private void Block(short token)
    {
        using var ended = new ManualResetEventSlim();
        _core.OnCompleted(static state => ((ManualResetEventSlim)state!).Set(), ended, token, ValueTaskSourceOnCompletedFlags.None);
        ended.Wait();
    }

    private PublishResult Result() => _failures?.ToResult(_plan.Calls.Length) ?? new PublishResult(_plan.Success);

    private void HandlerEnded()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            // A long chain of publishes that wait for one another would otherwise unwind on one stack.
            _core.RunContinuationsAsynchronously = !RuntimeHelpers.TryEnsureSufficientExecutionStack();
            _core.SetResult(Result());
        }
    }

    /// <summary>Fails from a handler's thread; whatever the logger reads from the context is the publisher's.</summary>
    private void FailLater(int handlerIndex, Exception exception)
    {
        if (_publisherContext is null)
        {
            Fail(handlerIndex, exception);
        }
        else
        {
            ExecutionContext.Run(_publisherContext, _ => Fail(handlerIndex, exception), null);
        }
    }

    private void Return()
    {
        _core.Reset();
        (_plan, _event, _publisherContext, _failures, _used) = (null!, null!, null, null, 0);
        if (_slots.Count <= MaxPooledSlots && Pool.Count < MaxPooled)
        {
            Pool.Enqueue(this);
        }
    }

    /// <summary>Waits for one handler, with a callback that is made once and serves every use.</summary>
    private sealed class Slot
    {
        private readonly PendingHandlers _owner;
        private readonly Action _ended;
        private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _awaiter;
        private int _handlerIndex;

        public Slot(PendingHandlers owner) => (_owner, _ended) = (owner, Ended);

        public void Wait(int handlerIndex, ValueTask task)
        {
            var awaiter = task.ConfigureAwait(false).GetAwaiter();
            (_awaiter, _handlerIndex) = (awaiter, handlerIndex);
            try
            {
                if (awaiter.IsCompleted)
                {
                    Ended();
                }
                else
                {
                    awaiter.UnsafeOnCompleted(_ended);
                }
            }
            catch
            {
                // A task that somebody else awaits already refuses, and never calls back. The publisher is still counted.
                _awaiter = default;
                Interlocked.Decrement(ref _owner._running);
                throw;
            }
        }

        private void Ended()
        {
            var awaiter = _awaiter;
            _awaiter = default;
            try
            {
                awaiter.GetResult();
            }
#pragma warning disable CA1031 // any failure of a handler is data here
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _owner.FailLater(_handlerIndex, exception);
            }

            _owner.HandlerEnded();
        }
    }
}
