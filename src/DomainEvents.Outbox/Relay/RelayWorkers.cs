using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace DomainEvents.Outbox.Relay;

/// <summary>Run handlers beside the loop, as many events at once as the engine hands out.</summary>
internal sealed class RelayWorkers
{
    // What the engine hands out beyond that waits for one of them.
    private const int Most = 1000;

    private readonly Channel<Work> _work = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleWriter = true });

    // What cancels the handlers of a partition when it is lost. Only the loop looks at it.
    private readonly Dictionary<OwnedPartition, CancellationTokenSource> _partitions = [];
    private readonly EventDelivery _delivery;
    private readonly ChannelWriter<RelayAnswer> _answers;
    private readonly CancellationToken _cut;
    private readonly Task[] _workers;
    private int _running;

    public RelayWorkers(EventDelivery delivery, int count, ChannelWriter<RelayAnswer> answers, CancellationToken cut)
    {
        (_delivery, _answers, _cut) = (delivery, answers, cut);
        using (ExecutionContext.SuppressFlow())
        {
            _workers = [.. Enumerable.Range(0, Math.Min(count, Most)).Select(_ => Task.Run(RunAsync))];
        }
    }

    /// <summary>How many events are with their handlers.</summary>
    public int Running => Volatile.Read(ref _running);

    public void Handle(RelayCommand.Handle command)
    {
        var partition = command.Lane.Partition.Owned;
        if (!_partitions.TryGetValue(partition, out var source))
        {
            source = CancellationTokenSource.CreateLinkedTokenSource(_cut);
            _partitions.Add(partition, source);
        }

        _work.Writer.TryWrite(new Work(command, source.Token));
    }

    /// <summary>Cancels what runs of a partition that is lost; what comes of it is still told.</summary>
    public void Cancel(OwnedPartition partition)
    {
        if (_partitions.Remove(partition, out var source))
        {
            _ = CancelAsync(source);
        }
    }

    /// <summary>Forgets partitions that were given back: nothing of them runs.</summary>
    public void Forget(IEnumerable<OwnedPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            // One that was cut has nothing left to dispose of, and would wait for its callbacks.
            if (_partitions.Remove(partition, out var source) && !source.IsCancellationRequested)
            {
                source.Dispose();
            }
        }
    }

    /// <summary>Waits for those that run; nothing more comes.</summary>
    public async Task CompleteAsync()
    {
        _work.Writer.TryComplete();
        await Task.WhenAll(_workers).ConfigureAwait(false);
        Forget([.. _partitions.Keys]);
    }

    /// <summary>Callbacks of the token are the handlers' code: neither on the thread of the loop, nor may they stop it.</summary>
    private static async Task CancelAsync(CancellationTokenSource source)
    {
        await source.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        source.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach (var (command, token) in _work.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            Interlocked.Increment(ref _running);
            var outcomes = await _delivery.RunAsync(command, token).ConfigureAwait(false);
            Interlocked.Decrement(ref _running);
            _answers.TryWrite(new RelayAnswer(command, outcomes));
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Work(RelayCommand.Handle Command, CancellationToken Token);
}
