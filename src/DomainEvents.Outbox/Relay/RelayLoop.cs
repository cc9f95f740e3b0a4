using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using DomainEvents.Outbox.Diagnostics;

namespace DomainEvents.Outbox.Relay;

/// <summary>
/// Carries out what the engine decides. One flow asks the engine and tells it the answers; handlers run beside it, so that one that
/// blocks its thread does not keep the leases from being renewed.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Sources without a timer or a link have nothing to dispose of, and may be cancelled more than once.")]
internal sealed partial class RelayLoop
{
    /// <summary>Handlers that are cancelled have so long to end; those that do not are left behind.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly string _relay;
    private readonly RelayEngine _engine;
    private readonly IOutboxStore _store;
    private readonly EventDelivery _delivery;
    private readonly RelayWorkers _workers;
    private readonly TimeProvider _time;
    private readonly RelayObserver _observer;
    private readonly TimeSpan _leaseDuration;
    private readonly long _started;
    private readonly Channel<RelayAnswer> _answers = Channel.CreateUnbounded<RelayAnswer>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<TaskCompletionSource<int>> _idleWaiters = [];
    private readonly CancellationTokenSource _cut = new();
    private readonly CancellationTokenSource _abandoned = new();
    private readonly ITimer _timer;
    private volatile bool _ownsEverything;
    private TimeSpan _renewalIsOverdue = TimeSpan.MaxValue;
    private int _isWoken;
    private Task _run = Task.CompletedTask;

    public RelayLoop(RelaySettings settings, IOutboxStore store, EventDelivery delivery, TimeProvider time, RelayObserver observer)
    {
        (_relay, _leaseDuration, _store, _delivery, _time, _observer) = (settings.Relay, settings.LeaseDuration, store, delivery, time, observer);
        _engine = new RelayEngine(settings, Random.Shared);
        _workers = new RelayWorkers(delivery, settings.MaxConcurrency, _answers.Writer, _cut.Token);
        _started = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Wake(looksForWork: false), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether no other relay has anything to do: this one owns all partitions.</summary>
    public bool OwnsEverything => _ownsEverything;

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

        _ = idle.Task.ContinueWith(static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default); // who waited may have given up
        return idle.Task;
    }

    /// <summary>Ends what has begun, and gives all partitions back. May be called again, also meanwhile, and also when it has ended.</summary>
    /// <param name="timeIsOver">Cancels the handlers that still run: their events stay.</param>
    public async Task StopAsync(CancellationToken timeIsOver)
    {
        _answers.Writer.TryWrite(new RelayAnswer(null, RelayAnswer.Stop));
        await _run.WaitAsync(timeIsOver).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_run.IsCompleted)
        {
            if (!_cut.IsCancellationRequested)
            {
                _observer.Cut(_workers.Running);
            }

            await CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends at once: handlers are cancelled, and partitions given back as far as that takes no time.</summary>
    public async Task CancelAsync()
    {
        _answers.Writer.TryWrite(new RelayAnswer(null, RelayAnswer.Stop));
        _cut.CancelBeside();
        await _run.WaitAsync(Grace, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _abandoned.CancelBeside();
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
        Exception? failure = null;
        try
        {
            while (!Step())
            {
                TellIdleWaiters();
                SetTimer();
                await _answers.Reader.WaitToReadAsync().ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // whatever it is, the host stays up, and others take over when the leases run out
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
            _cut.CancelBeside();
        }

        await EndAsync(failure).ConfigureAwait(false);
    }

    /// <summary>Takes the answers that have come, and does what is to be done now.</summary>
    /// <returns>Whether that was all.</returns>
    private bool Step()
    {
        TakeAnswers();
        while (!_abandoned.IsCancellationRequested && TryNext(out var command))
        {
            Execute(command);
            TakeAnswers(); // a store may have worked on this flow for long, and a lease been prolonged meanwhile
        }

        return _engine.HasEnded || _abandoned.IsCancellationRequested;
    }

    private void TakeAnswers()
    {
        while (_answers.Reader.TryRead(out var answer))
        {
            Take(answer);
        }
    }

    private async Task EndAsync(Exception? failure)
    {
        _ownsEverything = false;
        _answers.Writer.TryComplete();
        while (_answers.Reader.TryRead(out var answer))
        {
            (answer.Result as TaskCompletionSource<int>)?.TrySetCanceled();
        }

        _idleWaiters.ForEach(waiter => waiter.TrySetCanceled());
        await _timer.DisposeAsync().ConfigureAwait(false);
        _observer.Ended(failure);
        await _workers.CompleteAsync().ConfigureAwait(false);
    }

    private bool TryNext([NotNullWhen(true)] out RelayCommand? command)
    {
        var now = Now;
        if (now < _renewalIsOverdue)
        {
            return _engine.TryNext(now, out command);
        }

        // The engine may find that its leases have run out.
        var before = _engine.Owned.ToList();
        var hasNext = _engine.TryNext(now, out command);
        TellLost(before);
        return hasNext;
    }

    private void Execute(RelayCommand command)
    {
        switch (command)
        {
            case RelayCommand.Handle handle:
                _workers.Handle(handle);
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
