using System.Threading.Channels;
using DomainEvents.Outbox.Diagnostics;

namespace DomainEvents.Outbox.Relay;

/// <summary>
/// Carries out what the engine decides. One flow asks the engine and tells it the answers; handlers run beside it, so that one that
/// blocks its thread does not keep the leases from being renewed.
/// </summary>
internal sealed class RelayLoop : IAsyncDisposable
{
    private readonly string _relay;
    private readonly RelayEngine _engine;
    private readonly IOutboxStore _store;
    private readonly RelayWorkers _workers;
    private readonly TimeProvider _time;
    private readonly StoreFailureLog _failures;
    private readonly long _started;
    private readonly Channel<RelayAnswer> _answers = Channel.CreateUnbounded<RelayAnswer>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<TaskCompletionSource<int>> _idleWaiters = [];
    private readonly CancellationTokenSource _abandoned = new();
    private readonly ITimer _timer;
    private int _isWoken;
    private Task _run = Task.CompletedTask;

    public RelayLoop(RelaySettings settings, IOutboxStore store, EventDelivery delivery, TimeProvider time, StoreFailureLog failures)
    {
        (_relay, _store, _time, _failures) = (settings.Relay, store, time, failures);
        _engine = new RelayEngine(settings, Random.Shared);
        _workers = new RelayWorkers(delivery, settings.MaxConcurrency, _answers.Writer, _abandoned.Token);
        _started = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Wake(looksForWork: false), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether no other relay has anything to do: this one owns all partitions.</summary>
    public bool OwnsEverything { get; private set; }

    /// <summary>How many handler calls have succeeded.</summary>
    public int Successes => _engine.Successes;

    private TimeSpan Now => _time.GetElapsedTime(_started);

    public void Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _run = Task.Run(RunAsync);
        }
    }

    /// <summary>There is something new.</summary>
    public void Wake() => Wake(looksForWork: true);

    /// <summary>When nothing is due any more.</summary>
    /// <returns>How many handler calls have succeeded since the loop began.</returns>
    public Task<int> WhenIdleAsync()
    {
        var idle = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_answers.Writer.TryWrite(new RelayAnswer(null, idle)))
        {
            idle.SetCanceled();
        }

        return idle.Task;
    }

    /// <summary>Ends what has begun, and gives all partitions back.</summary>
    /// <param name="timeIsOver">Cancels the handlers that still run, and leaves the rest to the leases.</param>
    public async Task StopAsync(CancellationToken timeIsOver)
    {
        _answers.Writer.TryWrite(new RelayAnswer(null, RelayAnswer.Stop));
        var abandon = timeIsOver.UnsafeRegister(static loop => ((RelayLoop)loop!).Abandon(), this);
        await using (abandon.ConfigureAwait(false))
        {
            await _run.ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Abandon();
        await _run.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        _abandoned.Dispose();
    }

    private void Abandon()
    {
        try
        {
            _abandoned.Cancel();
        }
        catch (AggregateException)
        {
            // Callbacks of handlers: what they throw is nobody's any more.
        }

        _answers.Writer.TryWrite(default);
    }

    private void Wake(bool looksForWork)
    {
        if (looksForWork && Interlocked.Exchange(ref _isWoken, 1) != 0)
        {
            return; // it has not seen the last one yet
        }

        _answers.Writer.TryWrite(looksForWork ? new RelayAnswer(null, RelayAnswer.Wake) : default);
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_engine.HasEnded && !_abandoned.IsCancellationRequested)
            {
                while (_engine.TryNext(Now, out var command))
                {
                    Execute(command);
                }

                TellIdleWaiters();
                SetTimer();
                await _answers.Reader.WaitToReadAsync().ConfigureAwait(false);
                while (_answers.Reader.TryRead(out var answer))
                {
                    Take(answer);
                }
            }
        }
        finally
        {
            _answers.Writer.TryComplete();
            _idleWaiters.ForEach(waiter => waiter.TrySetCanceled());
            await _workers.CompleteAsync().ConfigureAwait(false);
        }
    }

    private void Execute(RelayCommand command)
    {
        switch (command)
        {
            case RelayCommand.Handle handle:
                _workers.Handle(handle);
                break;
            case RelayCommand.Cancel cancel:
                _workers.Cancel(cancel.Lane.Partition);
                break;
            default:
                _ = CallStoreAsync(command);
                break;
        }
    }

    private async Task CallStoreAsync(RelayCommand command)
    {
        object? result = null;
        try
        {
            switch (command)
            {
                case RelayCommand.Renew renew:
                    result = await _store.RenewAsync(renew.Renewal, _abandoned.Token).ConfigureAwait(false);
                    break;
                case RelayCommand.Exchange exchange:
                    result = await _store.ExchangeAsync(exchange.Request, _abandoned.Token).ConfigureAwait(false);
                    break;
                case RelayCommand.Release release:
                    await _store.ReleaseAsync(_relay, release.Partitions, release.Leaves, _abandoned.Token).ConfigureAwait(false);
                    break;
            }
        }
#pragma warning disable CA1031 // whatever a store throws, the relay goes on and tries again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            result = exception;
        }

        _answers.Writer.TryWrite(new RelayAnswer(command, result));
    }

    private void Take(RelayAnswer answer)
    {
        switch (answer.Command, answer.Result)
        {
            case (RelayCommand.Handle handle, var outcomes):
                _engine.Handled(handle, (IReadOnlyList<HandlerOutcome>?)outcomes);
                break;
            case (not null, Exception exception):
                Fail(answer.Command, exception);
                break;
            case (RelayCommand.Exchange exchange, OutboxExchangeResult result):
                _engine.Exchanged(exchange, result, Now);
                OutboxTelemetry.CountAcknowledged(exchange.Request, result);
                _failures.Succeeded();
                break;
            case (RelayCommand.Renew renew, RelayLease lease):
                _engine.Renewed(renew, lease);
                OutboxTelemetry.CountLeases(lease);
                OwnsEverything = lease.Partitions.Count == OutboxMessage.PartitionCount && lease.Share == OutboxMessage.PartitionCount;
                _failures.Succeeded();
                break;
            case (RelayCommand.Release release, _):
                _engine.Released(release);
                _workers.Forget(release.Partitions);
                break;
            case (null, TaskCompletionSource<int> waiter):
                _idleWaiters.Add(waiter);
                _engine.Wake();
                break;
            case (null, RelayAnswer.WakeSignal):
                Volatile.Write(ref _isWoken, 0);
                _engine.Wake();
                break;
            case (null, RelayAnswer.StopSignal):
                _engine.Stop();
                break;
        }
    }

    private void Fail(RelayCommand command, Exception exception)
    {
        if (_abandoned.IsCancellationRequested)
        {
            return;
        }

        _failures.Failed(exception);
        _idleWaiters.ForEach(waiter => waiter.TrySetException(exception));
        _idleWaiters.Clear();
        switch (command)
        {
            case RelayCommand.Renew:
                _engine.NotRenewed(Now);
                break;
            case RelayCommand.Exchange:
                _engine.NotExchanged(Now);
                break;
            case RelayCommand.Release release:
                _engine.NotReleased(release);
                _workers.Forget(release.Partitions);
                break;
        }
    }

    private void TellIdleWaiters()
    {
        if (_idleWaiters.Count > 0 && _engine.IsIdle)
        {
            _idleWaiters.ForEach(waiter => waiter.TrySetResult(_engine.Successes));
            _idleWaiters.Clear();
        }
    }

    private void SetTimer()
    {
        if (_engine.WakeAt() is { } at)
        {
            var wait = at - Now;
            _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
