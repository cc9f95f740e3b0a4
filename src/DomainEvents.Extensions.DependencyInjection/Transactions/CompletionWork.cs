using DomainEvents.Background;
using DomainEvents.Diagnostics;

namespace DomainEvents.Transactions;

/// <summary>What a transaction leaves to be done when it has ended: events and callbacks, in the order of registration.</summary>
internal sealed class CompletionWork : BackgroundWork
{
    // The work whose callbacks this flow runs in.
    private static readonly AsyncLocal<CompletionWork?> Running = new();

    private readonly EventDispatcher _dispatcher;
    private readonly Occasions _occasion;
    private readonly Queue<BufferEntry> _entries;
    private readonly Queue<Callback> _continuations = [];
    private bool _ended;

    public CompletionWork(EventDispatcher dispatcher, IReadOnlyList<BufferEntry> entries, Occasions occasion)
    {
        (_dispatcher, _occasion) = (dispatcher, occasion);
        _entries = new(entries.Where(IsOwed));
        if (!IsEmpty)
        {
            dispatcher.WorkStarted();
        }
    }

    public CompletionWork(EventDispatcher dispatcher, Callback callback)
    {
        (_dispatcher, _occasion, _entries) = (dispatcher, callback.Occasion, []);
        _continuations.Enqueue(callback);
        dispatcher.WorkStarted();
    }

    /// <summary>Whether it runs in the flow of the one who left it behind, and not beside it in the background.</summary>
    public bool IsInline { get; private set; }

    /// <summary>The work inside which it runs inline, if any.</summary>
    public CompletionWork? Outer { get; private set; }

    public bool IsEmpty => _entries.Count == 0 && _continuations.Count == 0;

    /// <summary>The work of a dispatcher that calls the caller; <see langword="null"/> if none does.</summary>
    public static CompletionWork? RunningFor(EventDispatcher dispatcher) =>
        Running.Value is { _ended: false } work && work._dispatcher == dispatcher ? work : null;

    /// <summary>A callback that is registered by the work itself runs next, before whatever else waits.</summary>
    public static bool TryContinue(EventDispatcher dispatcher, Callback callback)
    {
        if (Running.Value is not { } work || work._dispatcher != dispatcher)
        {
            return false;
        }

        lock (work._continuations)
        {
            if (!work._ended)
            {
                work._continuations.Enqueue(callback);
            }

            return !work._ended;
        }
    }

    public override IEnumerable<string> Describe() =>
    [
        .. _continuations.Select(callback => $"callback {callback.Name}"),
        .. _entries.Select(entry => entry.Callback is { } callback
            ? $"callback {callback.Name}"
            : $"{EventTypeName.Of(entry.Event!.GetType())} {entry.Event.EventId}"),
    ];

    public override async ValueTask RunAsync(CancellationToken stopping) => await RunToEndAsync(stopping).ConfigureAwait(false);

    public ValueTask<PublishResult> RunInlineAsync(CancellationToken stopping)
    {
        (IsInline, Outer) = (true, RunningFor(_dispatcher));
        return RunToEndAsync(stopping);
    }

    private async ValueTask<PublishResult> RunToEndAsync(CancellationToken stopping)
    {
        try
        {
            Running.Value = this;
            using var noAmbientTransaction = AmbientTransactions.Suppress();
            PublishResult result = default;
            while (TryTakeNext(out var next))
            {
                if (next.Callback is { } callback)
                {
                    await RunAsync(callback, stopping).ConfigureAwait(false);
                }
                else
                {
                    result = result.And(await _dispatcher.AfterCompletion.HandleAsync(next.Entry!.Event!, OccasionOf(next.Entry), stopping).ConfigureAwait(false));
                }
            }

            return result;
        }
        finally
        {
            Ended();
        }
    }

    /// <summary>Called when it has run, and when it never will.</summary>
    public override void Ended() => _dispatcher.WorkEnded();

    private bool TryTakeNext(out (BufferEntry? Entry, Callback? Callback) next)
    {
        lock (_continuations)
        {
            if (_continuations.TryDequeue(out var continuation))
            {
                next = (null, continuation);
            }
            else if (_entries.TryDequeue(out var entry))
            {
                next = (entry, entry.Callback);
            }
            else
            {
                next = default;
                _ended = true;
            }

            return !_ended;
        }
    }

    private async ValueTask RunAsync(Callback callback, CancellationToken stopping)
    {
        try
        {
            SynchronizationContext.SetSynchronizationContext(null);
            await callback.Run(stopping).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // the others run; the transaction has ended in any case
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Contained(() => TransactionLog.CallbackFailed(_dispatcher.Logger, exception, callback.Name));
        }
    }

    private bool IsOwed(BufferEntry entry) => entry.Callback is { } callback
        ? callback.Occasion == _occasion
        : _dispatcher.AfterCompletion.Any(entry.Event!, OccasionOf(entry));

    /// <summary>What is in the outbox its handlers get from there.</summary>
    private Occasions OccasionOf(BufferEntry entry) =>
        entry.IsStored && _occasion == Occasions.AfterCommit ? Occasions.AfterStoredCommit : _occasion;
}
