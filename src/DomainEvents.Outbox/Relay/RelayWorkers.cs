using System.Collections.Concurrent;
using System.Threading.Channels;

namespace DomainEvents.Outbox.Relay;

/// <summary>Run handlers beside the loop, as many events at once as the engine hands out.</summary>
internal sealed class RelayWorkers
{
    private readonly Channel<RelayCommand.Handle> _work = Channel.CreateUnbounded<RelayCommand.Handle>();
    private readonly ConcurrentDictionary<Lane, CancellationTokenSource> _lanes = [];
    private readonly EventDelivery _delivery;
    private readonly ChannelWriter<RelayAnswer> _answers;
    private readonly CancellationToken _abandoned;
    private readonly Task[] _workers;

    public RelayWorkers(EventDelivery delivery, int count, ChannelWriter<RelayAnswer> answers, CancellationToken abandoned)
    {
        (_delivery, _answers, _abandoned) = (delivery, answers, abandoned);
        using (ExecutionContext.SuppressFlow())
        {
            _workers = [.. Enumerable.Range(0, count).Select(_ => Task.Run(RunAsync))];
        }
    }

    public void Handle(RelayCommand.Handle command)
    {
        _lanes[command.Lane] = CancellationTokenSource.CreateLinkedTokenSource(_abandoned);
        _work.Writer.TryWrite(command);
    }

    /// <summary>Cancels the handlers of a lane; what comes of them is still told.</summary>
    public void Cancel(Lane lane)
    {
        if (_lanes.TryGetValue(lane, out var handlers))
        {
            // Callbacks of the token are the handlers' code: not on the thread of the loop.
            _ = handlers.CancelAsync();
        }
    }

    /// <summary>Waits for those that run; nothing more comes.</summary>
    public Task CompleteAsync()
    {
        _work.Writer.TryComplete();
        return Task.WhenAll(_workers);
    }

    private async Task RunAsync()
    {
        await foreach (var command in _work.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            _lanes.TryGetValue(command.Lane, out var cancellation);
            var outcomes = await _delivery.RunAsync(command, cancellation!.Token).ConfigureAwait(false);
            _lanes.TryRemove(command.Lane, out _);
            _answers.TryWrite(new RelayAnswer(command, outcomes));
        }
    }
}
