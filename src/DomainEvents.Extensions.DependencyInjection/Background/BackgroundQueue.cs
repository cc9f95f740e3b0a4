using System.Threading.Channels;
using DomainEvents.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DomainEvents.Background;

/// <summary>
/// Runs work after transactions in the background. It starts with the first piece of work, host or no host, and is
/// drained when the host stops. The bound is a count of places beside the channel, as some work may not wait for one.
/// </summary>
internal sealed class BackgroundQueue : IDisposable
{
    // Set in the flow of work that this queue runs: waiting for room there could wait for itself.
    private static readonly AsyncLocal<bool> IsRunningWork = new();

    private readonly Channel<Item> _items = Channel.CreateUnbounded<Item>();
    private readonly SemaphoreSlim _places;
    private readonly CancellationTokenSource _stopping = new();
    private readonly IdleSignal _work = new();
    private readonly ILogger _logger;
    private readonly int _maxConcurrency;
    private int _started;

    public BackgroundQueue(IServiceProvider services, IOptions<BackgroundDispatchOptions> options)
    {
        _logger = (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger<BackgroundQueue>();
        _places = new SemaphoreSlim(options.Value.Capacity);
        _maxConcurrency = options.Value.MaxConcurrency;
        TakesEverything = options.Value.TakesEverything;
        Stopping = _stopping.Token;
    }

    public bool TakesEverything { get; }

    /// <summary>Cancelled when the host's time to shut down is over, or the container is disposed.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Takes work, whether there is room or not.</summary>
    public void Enqueue(BackgroundWork work)
    {
        _work.Enter();
        Write(work, holdsPlace: false);
    }

    /// <summary>Takes work when there is room; at once when the caller is itself run by the queue.</summary>
    public async ValueTask EnqueueAsync(BackgroundWork work)
    {
        _work.Enter(); // a commit that waits for room is waited for at shutdown, too
        var holdsPlace = !IsRunningWork.Value;
        if (holdsPlace)
        {
            try
            {
                await _places.WaitAsync(Stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                holdsPlace = false; // the work is reported as lost below
            }
        }

        Write(work, holdsPlace);
    }

    /// <summary>Waits until all work has ended; when time is over, cancels what runs and reports what is lost.</summary>
    public async Task DrainAsync(CancellationToken timeIsOver)
    {
        try
        {
            await _work.WhenIdle().WaitAsync(timeIsOver).ConfigureAwait(false);
            timeIsOver.ThrowIfCancellationRequested(); // what commits have left to run inline is cancelled as well
        }
        catch (OperationCanceledException)
        {
            Close();
        }
    }

    /// <summary>Handlers that still run keep the token, so its source is cancelled but not disposed.</summary>
    public void Dispose() => Close();

    private void Write(BackgroundWork work, bool holdsPlace)
    {
        if (_items.Writer.TryWrite(new Item(work, ExecutionContext.Capture(), holdsPlace)))
        {
            Start();
        }
        else
        {
            Lose(work);
        }
    }

    private void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            using (ExecutionContext.SuppressFlow())
            {
                for (var i = 0; i < _maxConcurrency; i++)
                {
                    _ = Task.Run(RunItemsAsync);
                }
            }
        }
    }

    private async Task RunItemsAsync()
    {
        await foreach (var item in _items.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (item.HoldsPlace)
            {
                _places.Release();
            }

            await RunAsync(item).ConfigureAwait(false);
            _work.Leave();
        }
    }

    private Task RunAsync(Item item)
    {
        if (item.Context is null)
        {
            return RunAsync(item.Work);
        }

        // What flows into handlers is what was current at the commit.
        var run = Task.CompletedTask;
        ExecutionContext.Run(item.Context, _ => run = RunAsync(item.Work), null);
        return run;
    }

    private async Task RunAsync(BackgroundWork work)
    {
        IsRunningWork.Value = true;
        await work.RunAsync(Stopping).ConfigureAwait(false);
    }

    private void Close()
    {
        var isFirst = _items.Writer.TryComplete();

        // What waits is taken out first: a worker that the cancellation sets free would run some of it, cancelled.
        while (_items.Reader.TryRead(out var item))
        {
            Lose(item.Work);
        }

        if (isFirst)
        {
            _ = _stopping.CancelAsync(); // what handlers have registered on it runs elsewhere, and may throw there
        }
    }

    private void Lose(BackgroundWork work)
    {
        foreach (var owed in work.Describe())
        {
            Log.Contained(() => TransactionLog.WorkLost(_logger, owed));
            TransactionTelemetry.CountLost();
        }

        work.Ended();
        _work.Leave();
    }

    private readonly record struct Item(BackgroundWork Work, ExecutionContext? Context, bool HoldsPlace);
}
