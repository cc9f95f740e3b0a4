using ShelfWise.Adapters.Diagnostics;
using ShelfWise.Services;

namespace ShelfWise.EntryPoints.Crash;

/// <summary>What all processes have told, line by line, until they ended or were killed. Thread-safe.</summary>
internal sealed class Ledger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Handler, Guid EventId), string> _last = [];
    private readonly HashSet<(string Handler, Guid EventId)> _done = [];
    private readonly HashSet<string> _placed = [];
    private readonly SortedDictionary<string, CallCounts> _handlers = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, int> _ended = [];
    private CallCounts _process = new();
    private (Guid EventId, int Calls, TaskCompletionSource Ended)? _awaited;

    /// <summary>Orders that were said to be placed.</summary>
    public IReadOnlySet<string> Placed => _placed;

    /// <summary>Pairs of an event and a handler that were done, once or more.</summary>
    public int Handled => _done.Count;

    public IReadOnlyDictionary<string, CallCounts> Handlers => _handlers;

    /// <summary>What follows is of another process.</summary>
    /// <returns>Its counts.</returns>
    public CallCounts BeginProcess()
    {
        lock (_gate)
        {
            _ended.Clear();
            _awaited = null;
            return _process = new CallCounts();
        }
    }

    /// <summary>When so many calls with an event have ended in the current process.</summary>
    public Task WhenEnded(Guid eventId, int calls)
    {
        lock (_gate)
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited = (eventId, calls, ended);
            CompleteAwaited();
            return ended.Task;
        }
    }

    public void Add(string line)
    {
        lock (_gate)
        {
            switch (line.Split(' '))
            {
                case [HandlerJournal.Placed, var number]:
                    _placed.Add(number);
                    break;

                // The reservation belongs to the transaction of its order; the others are delivered.
                case [var what, not HandlerNames.ReserveInventory and var handler, var id] when Guid.TryParseExact(id, "D", out var eventId):
                    Add(what, handler, eventId);
                    break;
            }
        }
    }

    private void Add(string what, string handler, Guid eventId)
    {
        var counts = _handlers.TryGetValue(handler, out var known) ? known : _handlers[handler] = new CallCounts();
        var call = (handler, eventId);
        switch (what)
        {
            case HandlerJournal.Begun:
                var again = _last.TryGetValue(call, out var last) && last != HandlerJournal.Failed ? 1 : 0;
                (counts.Begun, _process.Begun) = (counts.Begun + 1, _process.Begun + 1);
                (counts.Again, _process.Again) = (counts.Again + again, _process.Again + again);
                break;
            case HandlerJournal.Done:
                (counts.Done, _process.Done) = (counts.Done + 1, _process.Done + 1);
                _done.Add(call);
                break;
            case HandlerJournal.Failed:
                (counts.Failed, _process.Failed) = (counts.Failed + 1, _process.Failed + 1);
                break;
            default:
                return;
        }

        _last[call] = what;
        if (what != HandlerJournal.Begun)
        {
            _ended[eventId] = _ended.GetValueOrDefault(eventId) + 1;
            CompleteAwaited();
        }
    }

    private void CompleteAwaited()
    {
        if (_awaited is { } awaited && _ended.GetValueOrDefault(awaited.EventId) >= awaited.Calls)
        {
            awaited.Ended.TrySetResult();
        }
    }
}
